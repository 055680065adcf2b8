"""Reading a zip from outside in bounded time and memory, without ever writing to disk.

A zip says of itself how many files it has and how large they are, and a hostile one lies. So its
directory is measured before it is read, every file is read in pieces up to what is still allowed
for all of them together, and neither encryption nor any compression but the usual is tried.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

DIRECTORY_ENTRY = b"PK\x01\x02"
ENCRYPTED = 0x1
PIECE = 64 * 1024
# Others need memory in proportion to what the zip asks for
COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What `zipfile` raises for one
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Limits:
    """What a zip may hold; a message has 10 MB at most."""

    files: int = 1000
    bytes: int = 40 * 1024 * 1024  # of all files together, unpacked


LIMITS = Limits()


class BadZip(ValueError):
    """A zip, or a file in it, cannot be read. The text says why, for a reader."""


class ZipReader:
    """The files of a zip. What is read from all of them counts against one limit."""

    def __init__(self, content: bytes):
        """Read the directory of a zip.

        :raises BadZip: if it is damaged or has too many files
        """
        # As many as the directory can have, whatever it says
        if content.count(DIRECTORY_ENTRY) > LIMITS.files:
            raise BadZip(f"This zip file has more than {LIMITS.files} files and wasn't opened.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except DAMAGED as error:
            raise BadZip(
                "This zip file is damaged and can't be opened. Ask the sender to send it again."
            ) from error
        self._left = LIMITS.bytes

    def files(self) -> list[zipfile.ZipInfo]:
        """Return the files, in the order of the directory; without folders."""
        return [info for info in self._zip.infolist() if not info.is_dir()]

    def content(self, info: zipfile.ZipInfo) -> bytes:
        """Return the content of a file.

        :raises BadZip: if it is encrypted, damaged or too large
        """
        if info.flag_bits & ENCRYPTED:
            raise BadZip("It is password-protected. Ask the sender for a copy without a password.")
        if info.compress_type not in COMPRESSIONS:
            raise BadZip("It uses a compression method that can't be read here.")
        pieces = []
        try:
            with self._zip.open(info) as file:
                while piece := file.read(PIECE):
                    self._left -= len(piece)
                    if self._left < 0:
                        self._left = 0
                        raise BadZip(f"It is too large. The limit is {LIMITS.bytes // 1024**2} MB.")
                    pieces.append(piece)
        except BadZip:
            raise
        except DAMAGED as error:
            raise BadZip("It is damaged.") from error
        return b"".join(pieces)
