"""What is wrong with a file, or has to be known before it is opened; found when it arrives."""

import struct
from dataclasses import dataclass

from . import dicom, office, optional, pdf
from .archive import DAMAGED, Zip
from .budget import Unopened
from .kinds import Kind
from .pdf import LOCKED

EMPTY = "This file is empty. Ask the sender to send it again."
PROGRAM = (
    "This is a program and could harm your computer. Don't open it unless you're sure you need it."
)
SHORTCUT = (
    "This is a shortcut, not a document. Don't open it. Ask the sender for the document itself."
)
DISK = (
    "This is a disk image and could contain programs. Don't open it unless you're sure you need it."
)
MACROS = "This document contains macros, which can harm your computer. Don't enable them."

DANGERS = {
    Kind.PROGRAM: PROGRAM,
    Kind.SCRIPT: PROGRAM,
    Kind.SHORTCUT: SHORTCUT,
    Kind.DISK_IMAGE: DISK,
}
OFFICE = frozenset(
    {
        *(Kind.WORD, Kind.EXCEL, Kind.POWERPOINT, Kind.OPEN_DOCUMENT),
        *(Kind.WORD_97, Kind.EXCEL_97, Kind.POWERPOINT_97, Kind.OFFICE),
    }
)
# Libraries without which a file cannot be shown, which is said in the list
NEEDED = {Kind.DICOM: ("pydicom",), Kind.HEIC: ("pi_heif", "pi-heif")}
PAGES_MAX = 10_000


@dataclass(frozen=True)
class Finding:
    """`notice` is for a reader; what `is_shut` cannot be opened or shown."""

    notice: str = ""
    is_shut: bool = False
    pages: int = 0


def look(kind: Kind, content: bytes) -> Finding:
    """Return what there is to say of a file. Never raises for what it is given."""
    if kind is Kind.EMPTY:
        return Finding(EMPTY, is_shut=True)
    if kind in DANGERS:
        return Finding(DANGERS[kind], is_shut=True)
    if shut := kind.traits.shut:
        return Finding(shut, is_shut=True)
    try:
        if kind in OFFICE:
            return _office(kind, content)
        if kind in NEEDED:
            optional.load(*NEEDED[kind])
        if kind is Kind.DICOM:
            about = dicom.about(content)
            is_shut = about.is_read and not about.frames
            return Finding("\n".join(about.notices), is_shut, about.frames)
        if kind in PAGES:
            return Finding(pages=PAGES[kind](content))
    except Unopened as reason:
        return Finding(str(reason), is_shut=str(reason) in (DAMAGED, LOCKED))
    if kind in ENDS and ENDS[kind] not in content:
        return Finding(DAMAGED)  # as far as it goes it can be shown
    return Finding()


def _office(kind, content):
    pages = 0
    if content.startswith(b"PK"):
        package = Zip(content)
        pages = office.pages(kind, package)
        if office.is_locked(kind, package):
            return Finding(LOCKED, is_shut=True)
        has_macros = any(name.lower().endswith("vbaproject.bin") for name in package.names())
    else:
        if "EncryptedPackage".encode("utf-16-le") in content:
            return Finding(LOCKED, is_shut=True)
        has_macros = "_VBA_PROJECT".encode("utf-16-le") in content
    return Finding(MACROS if has_macros else "", pages=pages)


def _pages_of_tiff(content):
    """Count the directories of a TIFF 6.0, one for each page, by following their chain."""
    order = "<" if content.startswith(b"II") else ">"
    if content[2:4] not in (b"*\0", b"\0*"):
        return 0  # with places of 64 bits
    seen, place = set(), 4
    try:
        while True:
            (directory,) = struct.unpack_from(f"{order}I", content, place)
            if not directory or directory in seen or len(seen) == PAGES_MAX:
                break
            seen.add(directory)
            (entries,) = struct.unpack_from(f"{order}H", content, directory)
            place = directory + 2 + 12 * entries
    except struct.error:
        raise Unopened(DAMAGED) from None
    if not seen:
        raise Unopened(DAMAGED)
    return len(seen)


PAGES = {Kind.PDF: pdf.pages, Kind.TIFF: _pages_of_tiff}
# What a whole file has at its end
ENDS = {Kind.PNG: b"IEND", Kind.JPEG: b"\xff\xd9"}
