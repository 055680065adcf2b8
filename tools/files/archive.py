"""Zip, gzip and tar from outside, read in bounded time and memory, without writing to disk.

A zip says of itself how many files it has and how large they are, and a hostile one lies. So its
directory is measured before it is read, every file is read in pieces up to what the budget still
allows, and neither encryption nor any compression but the usual is tried.
"""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from .budget import Budget, Unopened
from .inner import Inner

DIRECTORY_ENTRY = b"PK\x01\x02"
ENTRIES = 5000  # in the directory of a zip; of each one a kilobyte is kept
ENCRYPTED = 0x1
PIECE = 64 * 1024
SMALL = 1024 * 1024
# Others need memory in proportion to what the zip asks for
COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What `zipfile` raises for one
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
DAMAGED = "This file is damaged. Ask the sender to send it again."
TOO_MANY = "This zip file has too many files and wasn't opened."
LOCKED = "It is password-protected. Ask the sender for a copy without a password."
UNUSUAL = (
    "It uses a compression method that can't be read here. Ask the sender for an ordinary zip file."
)


class Zip:
    """The files of a zip."""

    def __init__(self, content: bytes):
        """Read the directory of a zip.

        :raises Unopened: if it is damaged or has too many files
        """
        # As many as the directory can have, whatever it says
        if content.count(DIRECTORY_ENTRY) > ENTRIES:
            raise Unopened(TOO_MANY)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except BROKEN as error:
            raise Unopened(DAMAGED) from error

    def files(self) -> list[zipfile.ZipInfo]:
        """Return the files, in the order of the directory; without folders."""
        return [info for info in self._zip.infolist() if not info.is_dir()]

    def names(self) -> list[str]:
        """Return the names of the files, with slashes between folders."""
        return [info.filename.replace("\\", "/") for info in self.files()]

    def named(self, name: str) -> bytes:
        """Return the content of a small file by its name; nothing where there is none."""
        found = [info for info in self.files() if info.filename == name]
        return self.content(found[0], Budget(bytes=SMALL)) if found else b""

    def content(self, info: zipfile.ZipInfo, budget: Budget) -> bytes:
        """Return the content of a file.

        :raises Unopened: if it is encrypted or damaged, or the budget is spent
        """
        if info.flag_bits & ENCRYPTED:
            raise Unopened(LOCKED)
        if info.compress_type not in COMPRESSIONS:
            raise Unopened(UNUSUAL)
        try:
            with self._zip.open(info) as file:
                return _read(file, budget)
        except Unopened:
            raise
        except BROKEN as error:
            raise Unopened(DAMAGED) from error


def in_gzip(content: bytes, budget: Budget) -> Iterator[Inner]:
    """Yield the one file of a gzip, under its own name if it has one."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    pieces, waiting = [], content
    try:
        while waiting and not unpacker.eof:
            piece = unpacker.decompress(waiting, PIECE)
            budget.take(len(piece))
            pieces.append(piece)
            waiting = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Unopened(DAMAGED) from error
    yield Inner(_name_in_gzip(content), "", b"".join(pieces))
    if not unpacker.eof:
        raise Unopened(DAMAGED)


def _name_in_gzip(content):
    """Return the name in the header (RFC 1952, FNAME), or nothing."""
    flags = content[3] if len(content) > 10 else 0
    if not flags & 8 or flags & 4:
        return ""
    return content[10:300].partition(b"\0")[0].decode("latin-1")


def in_tar(content: bytes, budget: Budget) -> Iterator[Inner]:
    """Yield the files of a tar; links and devices are no files."""
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                if member.isreg() and not member.issparse():
                    with archive.extractfile(member) as file:
                        yield Inner(member.name, "", _read(file, budget))
    except (tarfile.TarError, *BROKEN) as error:
        if isinstance(error, Unopened):
            raise
        raise Unopened(DAMAGED) from error


def _read(file, budget):
    pieces = []
    while piece := file.read(PIECE):
        budget.take(len(piece))
        pieces.append(piece)
    return b"".join(pieces)
