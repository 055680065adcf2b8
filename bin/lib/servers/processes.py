"""Odoo and the sandbox as processes: started, waited for, stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from place import CHECKOUT, LOGS, PLACE
from servers.odoo_command import server_arguments

LAUNCHER = Path(__file__).with_name("launcher.py")


def stop_on_signals():
    """Let `kill` and a closed terminal end the program as Ctrl-C does, with all stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_from(variable, default):
    """The port that an environment variable asks for. Exit when it is in use."""
    value = os.environ.get(variable, default)
    try:
        port = int(value)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (ValueError, OverflowError):
        sys.exit(f"{variable} is {value!r}, and that is no port number.")
    except OSError as error:
        sys.exit(
            f"Port {port} cannot be used ({error.strerror}). "
            f"Stop what uses it, or set {variable} to another port."
        )
    return port


class Server:
    """A server as a process, which may be ended and started again; all starts have one log.

    :param url: its address
    :param path: what it answers, whatever that is, when it is up
    """

    def __init__(self, name, command, cwd, url, path="/"):
        LOGS.mkdir(exist_ok=True)
        self.name, self.url, self.log = name, url, LOGS / f"{name}.log"
        self._sign_of_life = url + path
        self.process = None
        self._command, self._cwd = command, cwd
        self.log.write_text("")

    def start(self, patience=60):
        """Start it and wait until it answers; exit with the end of its log when it does not."""
        with open(self.log, "a") as file:
            # In a session of its own: Ctrl-C is ours, and we stop it.
            self.process = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        give_up = time.monotonic() + patience
        while not _answers(self._sign_of_life):
            if self.has_ended():
                self.kill()
                tail = "\n".join(self.log.read_text().splitlines()[-15:])
                status = self.process.returncode
                sys.exit(f"{self.name} ended with status {status}, see {self.log}\n{tail}")
            if time.monotonic() > give_up:
                sys.exit(
                    f"{self.name} does not answer at {self.url} after {patience} s, see {self.log}"
                )
            time.sleep(0.1)

    def has_ended(self):
        """Whether it has ended; processes that it made may be left until `kill`."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            # Not reaped, so that no other process gets its number before `kill`
            return os.waitid(os.P_PID, self.process.pid, options) is not None
        except ChildProcessError:
            return True

    def stop(self, patience=10):
        """End it as a service manager does."""
        if not self.process:
            return
        self.process.terminate()
        give_up = time.monotonic() + patience
        while not self.has_ended() and time.monotonic() < give_up:
            time.sleep(0.05)
        self.kill()

    def kill(self):
        """End it and all that it made, as a crash would."""
        if self.process and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextlib.contextmanager
def _running(server):
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextlib.contextmanager
def sandbox(port, store):
    """The sandbox on a port, with the file it keeps its state in; yields its address.

    Its log is named after the port.
    """
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--db", store]
    with _running(Server(f"sandbox-{port}", command, CHECKOUT, url)) as url:
        yield url


def odoo_server(name, port, database, *arguments):
    """Odoo on a port with a database, not yet started."""
    command = [sys.executable, LAUNCHER, *server_arguments(database)]
    command += ["--http-port", str(port), "--gevent-port", str(free_port()), *arguments]
    return Server(name, command, PLACE, f"http://127.0.0.1:{port}", "/web/health")


@contextlib.contextmanager
def odoo(port, database, *arguments):
    """Odoo on a port with a database; yields its address. Its log is named after the database."""
    with _running(odoo_server(f"odoo-{database}", port, database, *arguments)) as url:
        yield url


@contextlib.contextmanager
def phimail(folder, login):
    """A stand-in for phiMail with one account, whose password is its login.

    Yields its port, its authority and a domain that it trusts.
    """
    sys.path.append(str(CHECKOUT))
    from phimail_stand_in import TRUSTED_DOMAIN
    from phimail_stand_in.testing import Phimail

    folder.mkdir(exist_ok=True)
    stand_in = Phimail(folder, sys.executable)
    stand_in.start()
    try:
        stand_in.do("add_account", login=login, password=login, members=[])
        port, authority = stand_in.ports["tls"], folder / "tls/ca.pem"
        yield {"port": port, "authority": authority, "trusted": TRUSTED_DOMAIN}
    finally:
        stand_in.stop()
