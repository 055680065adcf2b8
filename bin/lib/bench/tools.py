"""What rows of `bin/bench` are made with: results, Odoo workers and sinks as processes."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from place import CHECKOUT, LOGS, PLACE
from servers.odoo_command import server_arguments
from servers.postgres import CLUSTER
from servers.processes import free_port

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Result:
    """One line: what was measured, what it is held against, and the bound of their ratio."""

    name: str
    measured: str
    against: str
    ratio: float
    least: float | None = None
    most: float | None = None

    @property
    def bound(self) -> str:
        return f"at least {self.least}x" if self.least else f"at most {self.most}x"

    @property
    def holds(self) -> bool:
        return self.ratio >= self.least if self.least else self.ratio <= self.most

    def __str__(self):
        told = "" if self.holds else " DOES NOT HOLD"
        return (
            f"{self.name}: {self.measured}, against {self.against}"
            f" ({self.bound}{told}) {self.ratio:.2f}x"
        )


class Worker:
    """An Odoo process of its own that does what it is told, one thing after the other."""

    def __init__(self, process):
        self._process = process

    def tell(self, command, **details):
        """Have it begin a command of worker.py."""
        self._process.stdin.write(json.dumps({"command": command, **details}) + "\n")
        self._process.stdin.flush()

    def hear(self):
        """Wait for the end of the command; its answer."""
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"A worker ended with status {self._process.wait()}, see {LOGS}")
        return json.loads(line)

    def do(self, command, **details):
        self.tell(command, **details)
        return self.hear()


@contextlib.contextmanager
def _process(name, *command):
    LOGS.mkdir(exist_ok=True)
    with open(LOGS / f"{name}.log", "a") as log:
        process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            cwd=PLACE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def worker(database):
    """An Odoo worker on a database."""
    arguments = (*server_arguments(database), "--log-level=warn", "--no-http")
    with _process(f"bench-{database}", HERE / "worker.py", *arguments) as process:
        yield Worker(process)


@contextlib.contextmanager
def sink(kind):
    """A sink as a process of its own, `http` or `smtp`; yields its port."""
    port = free_port()
    with _process(f"bench-{kind}", HERE / "sinks.py", kind, port) as process:
        process.stdout.readline()
        yield port


def cpu_seconds() -> float:
    """CPU time so far of the workers, the sinks and PostgreSQL, whatever else the machine does."""
    parents = {os.getpid(), int((CLUSTER / "postmaster.pid").read_text().split()[0])}
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            # After the name, which may hold anything: state, parent, ...; proc(5)
            _state, parent, *rest = path.read_text().rpartition(")")[2].split()
            if int(parent) in parents:
                ticks += int(rest[9]) + int(rest[10])
    return ticks / os.sysconf("SC_CLK_TCK")


def import_of_addon(path):
    """A module of the addon's plain Python, which needs no Odoo."""
    specification = importlib.util.spec_from_file_location(Path(path).stem, CHECKOUT / path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
