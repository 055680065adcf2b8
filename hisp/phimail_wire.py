"""The wire of phiMail's line protocol: lines and counted bytes, over TLS or as they were kept.

What is not of the protocol raises `ValueError`, a connection that ends `EOFError` or `OSError`, and
a command that the server turns down `Declined`.
"""

import io
import socket
import ssl
from collections.abc import Callable
from typing import BinaryIO

from . import errors, tls

MAX_LINE = 64 * 1024  # bytes
BROKEN = (OSError, EOFError, ValueError)
"""What reading or writing raises when the connection is of no use any more."""


class Declined(Exception):
    """The server said no. What else it said may repeat what was sent, so it is not kept."""


class Lines:
    """Reads a stream of the protocol; `kept` is all that was read, as it came."""

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self.kept = bytearray()

    def line(self) -> str:
        """The next line, without its end. Bytes that are no UTF-8 are replaced."""
        raw = self._stream.readline(MAX_LINE)
        if not raw:
            raise EOFError
        if not raw.endswith(b"\n"):
            raise ValueError if len(raw) == MAX_LINE else EOFError
        self.kept += raw
        return raw.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")

    def number(self, most: int) -> int:
        """A line that is a count, from 0 to `most`."""
        line = self.line()
        if not (line.isascii() and line.isdecimal() and len(line) < 20 and int(line) <= most):
            raise ValueError
        return int(line)

    def exactly(self, size: int) -> bytes:
        content = self._stream.read(size)
        if len(content) < size:
            raise EOFError
        self.kept += content
        return content

    def ok(self) -> None:
        """Demand that the server agrees.

        :raise Declined: it does not
        """
        line = self.line()
        if line != "OK":
            raise Declined if line.partition(" ")[0] == "FAIL" else ValueError


def kept(content: bytes) -> Lines:
    """Read once more what was kept."""
    return Lines(io.BytesIO(content))


class Wire(Lines):
    """A connection. Nothing is said over it before TLS and the server's name are checked."""

    def __init__(
        self,
        host: str,
        port: int,
        context: Callable[[], ssl.SSLContext],
        connect: Callable[[str, int], socket.socket],
    ):
        """Connect.

        :param connect: `reach.connect`, for where this provider may be
        :raise Unreachable, TlsTooOld, CertificateInvalid: nothing was sent
        """
        made = context()
        try:
            plain = connect(host, port)
        except (OSError, UnicodeError, OverflowError):
            raise errors.Unreachable() from None
        try:
            self._socket = made.wrap_socket(plain, server_hostname=host)
        except OSError as error:
            plain.close()
            failure = errors.Unreachable()
            if isinstance(error, ssl.SSLError):
                failure = tls.explain(error, host, port, connect)
            raise failure from None
        super().__init__(self._socket.makefile("rb"))

    def say(self, command: str) -> None:
        """Send a command, which may not break out of its line."""
        if any(mark in command for mark in "\r\n\0"):
            raise ValueError
        self.send(f"{command}\n".encode())

    def ask(self, command: str) -> None:
        """Send a command and demand that the server agrees.

        :raise Declined: it does not
        """
        self.say(command)
        self.ok()

    def send(self, content: bytes) -> None:
        self._socket.sendall(content)

    def wait(self, seconds: float) -> None:
        """Set how long the server may be silent."""
        self._socket.settimeout(seconds)

    def forget(self) -> None:
        """Begin anew with what is kept."""
        self.kept.clear()

    def close(self) -> None:
        self._stream.close()
        self._socket.close()
