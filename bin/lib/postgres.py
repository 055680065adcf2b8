"""The private PostgreSQL cluster: on a unix socket in the work folder, running while it is used.

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
FOLDER = PLACE / f"postgres-{BINARIES.parent.name}"
CLUSTER = FOLDER / "cluster"
SETTINGS = f"""
listen_addresses = ''
unix_socket_directories = '{FOLDER}'
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


def execute(statement, database="postgres"):
    """Run a statement outside a transaction; return its rows."""
    connection = psycopg2.connect(host=str(FOLDER), user=ROLE, dbname=database)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def create():
    if CLUSTER.exists():
        return
    part = FOLDER / "part"
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(FOLDER, "postgres", "postgres")
    initdb = [BINARIES / "initdb", "--pgdata", part, "--username=postgres", "--auth=trust"]
    _server(*initdb, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", stdout=subprocess.DEVNULL)
    with open(part / "postgresql.conf", "a") as file:
        file.write(SETTINGS)
    single = [BINARIES / "postgres", "--single", "-D", part, "postgres"]
    role = f"CREATE ROLE {ROLE} LOGIN CREATEDB IN ROLE pg_checkpoint\n".encode()
    _server(*single, input=role, capture_output=True)
    part.rename(CLUSTER)


def _pg_ctl(action, *options):
    log = FOLDER / "log"
    command = [BINARIES / "pg_ctl", action, "-D", CLUSTER, "-w", "-s", *options]
    _server(*command, "-l", log, stdout=subprocess.DEVNULL)


def _is_running():
    command = [BINARIES / "pg_isready", "-q", "-h", FOLDER]
    return subprocess.run(command, check=False).returncode == 0


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
        create()
        if not _is_running():
            _pg_ctl("start")
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
                _pg_ctl("stop", "-m", "fast")


if __name__ == "__main__":
    if not CLUSTER.exists():
        print("  PostgreSQL cluster")
        with running():
            pass
