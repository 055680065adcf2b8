"""What the sender of a file should know before it goes: not everybody can open everything."""

from dataclasses import dataclass

from . import check, know, pdf
from .archive import DAMAGED, ENCRYPTED, Zip
from .budget import Unopened
from .check import Finding
from .kinds import Kind

PDF_TOO = "Some recipients can't open this type of file. Add a PDF copy to be safe."
OFFICE = (
    "Some recipients can't open this type of file. Save it as a PDF on your computer and attach"
    " that as well."
)
VIEWER = "The recipient needs a DICOM viewer to open this image. Add a PDF copy to be safe."
AS_ZIP = (
    "Many recipients can't open this type of archive. Attach the files directly or in a zip file."
)
OUTLOOK = "Many recipients can't open Outlook files. Attach the documents in it directly."
PLAYER = "Many recipients can't play recordings. Ask them before you send it."

# By what is found in it
FOUND = {
    check.EMPTY: "This file is empty. Remove it and attach it again.",
    DAMAGED: (
        "This file is damaged and the recipient may not be able to open it. Attach another copy."
    ),
    pdf.LOCKED: (
        "This file is password-protected. Attach a copy without a password, or give the recipient"
        " the password by phone."
    ),
    check.PROGRAM: (
        "This is a program, and many recipients can't accept it. Attach a document instead."
    ),
    check.SHORTCUT: "This is a shortcut, not a document. Attach the document itself.",
    check.DISK: (
        "This is a disk image, and many recipients can't accept it. Attach the files in it"
        " directly."
    ),
    check.MACROS: (
        "This document contains macros, and some recipients can't accept it. Attach a PDF instead."
    ),
}
# By what it is; it may arrive all the same
BY_KIND = {
    **dict.fromkeys((Kind.HEIC, Kind.TIFF, Kind.WEBP, Kind.BMP), PDF_TOO),
    Kind.DICOM: VIEWER,
    **dict.fromkeys(check.OFFICE | {Kind.RTF}, OFFICE),
    **dict.fromkeys((Kind.RAR, Kind.SEVEN_ZIP, Kind.ARCHIVE, Kind.TAR, Kind.GZIP), AS_ZIP),
    **dict.fromkeys((Kind.MSG, Kind.TNEF), OUTLOOK),
    **dict.fromkeys((Kind.AUDIO, Kind.VIDEO), PLAYER),
}
AS_PDF = frozenset({Kind.HEIC, Kind.TIFF, Kind.WEBP, Kind.BMP, Kind.DICOM})
SHRINKABLE = frozenset({Kind.JPEG, Kind.PNG})
LARGE = 1024 * 1024  # bytes from which making a picture smaller is worth a question


@dataclass(frozen=True)
class Looked:
    """What a file is that somebody is about to send; `notice` is for them."""

    kind: Kind
    notice: str = ""
    pages: int = 0
    is_shut: bool = False


def look(name: str, content_type: str, content: bytes) -> Looked:
    """Return what a file is, and what is wrong with it: in the limited process."""
    kind = know.known(name, content_type, content)
    found = check.look(kind, content)
    if kind in (Kind.ZIP, Kind.XDM) and _is_locked(content):
        found = Finding(pdf.LOCKED)
    return Looked(kind, FOUND.get(found.notice, ""), found.pages, found.is_shut)


def _is_locked(content):
    try:
        return any(info.flag_bits & ENCRYPTED for info in Zip(content).files())
    except Unopened:
        return False


def warning(kind: Kind, found: str) -> str:
    """Return the sentence that stands at a document before it is sent, or nothing.

    :param found: what `look` found in it
    """
    return found or BY_KIND.get(kind, "")


def offer(kind: Kind, size: int) -> str:
    """Return what can be done about a document before it is sent: *pdf*, *smaller* or nothing."""
    if kind in AS_PDF:
        return "pdf"
    return "smaller" if kind in SHRINKABLE and size >= LARGE else ""
