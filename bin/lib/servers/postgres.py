"""Private PostgreSQL clusters on unix sockets; the checkout's own runs while it is used.

Run as a script it makes the cluster, and leaves one that is there alone.
"""

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from place import PLACE

ROLE = "odoo"
BINARIES = max(
    Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
).parent
SETTINGS = """
listen_addresses = ''
max_connections = 200
shared_buffers = 256MB
jit = off
# Nothing in here is worth a disk's wait: a cluster that a power cut spoils is made again.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def _server(*command, **options):
    """Run a command of the server. PostgreSQL refuses root, so root becomes `postgres`,
    who keeps just the right to reach a work folder under /root."""
    if os.geteuid() == 0:
        drop = "setpriv --reuid=postgres --regid=postgres --clear-groups"
        keep = "--inh-caps=+dac_override --ambient-caps=+dac_override"
        command = (*drop.split(), *keep.split(), *command)
    return subprocess.run(command, cwd="/", check=True, **options)


class Cluster:
    """A PostgreSQL cluster in a folder, reached by a unix socket there.

    :param settings: lines for `postgresql.conf`, on top of those for all
    """

    def __init__(self, folder, settings=""):
        self.folder = folder
        self.data = folder / "cluster"
        self._settings = f"unix_socket_directories = '{folder}'\n{SETTINGS}{settings}"

    def execute(self, statement, database="postgres"):
        """Run a statement outside a transaction; return its rows."""
        connection = psycopg2.connect(host=str(self.folder), user=ROLE, dbname=database)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def create(self):
        if self.data.exists():
            return
        part = self.folder / "part"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        initdb = [BINARIES / "initdb", "--pgdata", part, "--username=postgres", "--auth=trust"]
        initdb += ["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        _server(*initdb, stdout=subprocess.DEVNULL)
        with open(part / "postgresql.conf", "a") as file:
            file.write(self._settings)
        single = [BINARIES / "postgres", "--single", "-D", part, "postgres"]
        role = f"CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_checkpoint\n".encode()
        _server(*single, input=role, capture_output=True)
        part.rename(self.data)

    def control(self, action, *options):
        """Have `pg_ctl` start, stop or restart it, and wait for that."""
        log = self.folder / "log"
        command = [BINARIES / "pg_ctl", action, "-D", self.data, "-w", "-s", *options]
        _server(*command, "-l", log, stdout=subprocess.DEVNULL)

    def is_running(self):
        command = [BINARIES / "pg_isready", "-q", "-h", self.folder]
        return subprocess.run(command, check=False).returncode == 0


OWN = Cluster(PLACE / f"postgres-{BINARIES.parent.name}")
"""The cluster of this checkout."""
FOLDER, CLUSTER, execute = OWN.folder, OWN.data, OWN.execute


@contextmanager
def running():
    """Have the cluster run: the first who needs it starts it, the last stops it.

    Who uses it holds a shared lock, which the kernel takes back even from a killed process.
    """
    with (
        open(PLACE / "postgres.users", "a") as users,
        open(PLACE / "postgres.switch", "a") as switch,
    ):
        fcntl.flock(switch, fcntl.LOCK_EX)
        OWN.create()
        if not OWN.is_running():
            OWN.control("start")
        fcntl.flock(users, fcntl.LOCK_SH)
        fcntl.flock(switch, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(switch, fcntl.LOCK_EX)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # someone else needs it still
            else:
                OWN.control("stop", "-m", "fast")


if __name__ == "__main__":
    if not CLUSTER.exists():
        print("  PostgreSQL cluster")
        with running():
            pass
