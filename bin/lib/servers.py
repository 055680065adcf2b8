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

from databases import server_arguments
from place import CHECKOUT, LOGS, PLACE


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


@contextlib.contextmanager
def _server(name, command, cwd, url, patience=60):
    """Run a server, wait until `url` answers, and stop it in the end."""
    LOGS.mkdir(exist_ok=True)
    log = LOGS / f"{name}.log"
    with open(log, "w") as file:
        # In a session of its own: Ctrl-C is ours, and we stop it.
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        give_up = time.monotonic() + patience
        while not _answers(url):
            if process.poll() is not None:
                tail = "\n".join(log.read_text().splitlines()[-15:])
                sys.exit(f"{name} ended with status {process.returncode}, see {log}\n{tail}")
            if time.monotonic() > give_up:
                sys.exit(f"{name} does not answer at {url} after {patience} s, see {log}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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
    with _server(f"sandbox-{port}", command, CHECKOUT, url):
        yield url


@contextlib.contextmanager
def odoo(port, database, *arguments):
    """Odoo on a port with a database; yields its address. Its log is named after the database."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "odoo", *server_arguments(database)]
    ports = ["--http-port", str(port), "--gevent-port", str(free_port())]
    command += [*ports, *arguments]
    with _server(f"odoo-{database}", command, PLACE, f"{url}/web/health"):
        yield url
