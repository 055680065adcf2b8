"""A stand-in for tests: its own process on free ports, always stopped.

with running() as phimail:
    phimail.do("add_account", login="zoe@willow.direct.example.test", password="secret", members=[])
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Phimail:
    """A running stand-in. `ports` are its ports by flavor of TLS, `ca` is its authority."""

    def __init__(self, folder: Path, python: str):
        self.folder = folder
        self.ports: dict[str, int] = {}
        self._python = python
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start, again on the same ports and with the same queues after a stop."""
        command = [self._python, "-m", "phimail_stand_in", "--folder", str(self.folder)]
        command += ["--port", str(self.ports.get("tls", 0))]
        log = self.folder / "phimail.log"
        with log.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 (our own command)
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors
            )
        # Its first line comes once it answers; none when it ended before
        told = self._process.stdout.readline()
        if not told:
            raise RuntimeError(f"The stand-in did not start:\n{log.read_text()}")
        self.ports = json.loads(told)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    @property
    def ca(self) -> str:
        return (self.folder / "tls/ca.pem").read_text()

    def do(self, method: str, **arguments: Any) -> Any:
        """Call a method of `state.State`."""
        with socket.create_connection(("127.0.0.1", self.ports["control"]), 10) as control:
            control.sendall(f"{json.dumps({'do': method, 'with': arguments})}\n".encode())
            with control.makefile("rb") as answer:
                return json.loads(answer.readline())


@contextmanager
def running(python: str = sys.executable) -> Iterator[Phimail]:
    """A fresh stand-in in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="phimail-") as folder:
        phimail = Phimail(Path(folder), python)
        phimail.start()
        try:
            yield phimail
        finally:
            phimail.stop()
