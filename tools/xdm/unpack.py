"""The documents of an XDM zip, or of any other, whatever was done to it on its way.

A zip by the book has IHE_XDM/SUBSET01/METADATA.XML, which lists each document with its name, type,
size and SHA-1 (IHE ITI TF-2: 3.32; metadata: ITI TF-3: 4.2). Real ones have a folder more,
backslashes, lower-case names, wrong types and hashes, or no metadata at all. So every file that is
not packaging is a document, and the metadata only describe it.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass

from .. import safe_xml
from ..attachment_kind import Kind, kind, safe_name
from ..cda.nodes import one_line
from ..zip_reader import BadZip, ZipReader

METADATA = "metadata.xml"
PACKAGING = frozenset({METADATA, "index.htm", "index.html", "readme.txt", ".ds_store", "thumbs.db"})
STYLE = (".xsl", ".xslt", ".css")

WRONG_HASH = "This file isn't the one its sender packed. Its checksum is different."
WRONG_SIZE = "This file isn't the one its sender packed. Its size is different."
NOT_LISTED = "The package doesn't list this document."
NO_METADATA = "This package doesn't list its contents. All its files are shown."
BAD_METADATA = "The contents list of this package can't be read. All its files are shown."
MISSING = "The package lists “{}” but doesn't contain it."
SAME_NAME = "Another document in this package has the same name."
ZIP_INSIDE = "This is a zip file inside a zip file. It wasn't opened."
LISTED = 1000  # documents of the metadata looked at


class NotAPackage(ValueError):
    """This zip cannot be opened. The text says why, for a reader."""


@dataclass(frozen=True)
class Packed:
    """A document of a package. `notices` say, for a reader, what is odd about it.

    `name` is safe, `kind` what it really is, and `title` what the metadata say, or empty.
    """

    name: str
    kind: Kind
    content: bytes
    title: str = ""
    notices: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        return self.kind.content_type


@dataclass(frozen=True)
class Package:
    """The documents, in the metadata's order; `notices` say what of the package is not shown."""

    documents: tuple[Packed, ...]
    notices: tuple[str, ...]


def unpack(content: bytes) -> Package:
    """Return the documents of an XDM zip, or of any zip.

    :raises NotAPackage: if it is damaged, or has too many files
    """
    try:
        reader = ZipReader(content)
    except BadZip as error:
        raise NotAPackage(str(error)) from error
    files, metadata, notices = [], [], []
    for info in reader.files():
        path = _path(info.filename)
        if path[-1] != METADATA and _is_packaging(path):
            continue
        try:
            file = _File(path, info.filename, reader.content(info))
        except BadZip as error:
            notices.append(f"“{safe_name(info.filename)}” is not shown. {error}")
        else:
            (metadata if path[-1] == METADATA else files).append(file)
    listed, metadata_notice = _listed(metadata)
    order = {entry: place for place, entry in enumerate(listed)}
    found = [_find(file, listed) for file in files]
    # What could not be read is not missing
    missing = [] if notices else sorted(set(listed).difference(found), key=order.get)
    notices += [MISSING.format(safe_name(one.title or one.path[-1])) for one in missing]
    same = Counter(file.path for file in files)
    pairs = sorted(zip(files, found, strict=True), key=lambda pair: order.get(pair[1], len(listed)))
    return Package(
        documents=tuple(
            _document(file, entry, bool(listed), same[file.path] > 1) for file, entry in pairs
        ),
        notices=(*metadata_notice, *notices),
    )


@dataclass(frozen=True)
class _File:
    """A file of the zip: `path` is for comparing, `name` as the zip has it."""

    path: tuple[str, ...]
    name: str
    content: bytes


@dataclass(frozen=True)
class _Listed:
    """What the metadata say of a document; empty where they do not say it."""

    folder: tuple[str, ...]  # of the metadata
    path: tuple[str, ...]  # from there
    title: str
    content_type: str
    sha1: str
    size: str


def _path(name):
    """Return the parts of a path as every system would write them: lower case, without tricks."""
    parts = name.replace("\\", "/").lower().split("/")
    return tuple(part for part in parts if part.strip(". ")) or ("",)


def _is_packaging(path):
    return path[-1] in PACKAGING or path[-1].endswith(STYLE) or "__macosx" in path


def _listed(metadata):
    """Return what is listed, and at most one notice."""
    listed, is_bad = [], False
    for file in metadata:
        try:
            root, _notices = safe_xml.read(file.content)
        except safe_xml.Refused:
            is_bad = True
            continue
        for element in root.iter("{*}ExtrinsicObject"):
            slots = _slots(element)
            name = element.find("{*}Name/{*}LocalizedString")
            listed.append(
                _Listed(
                    folder=file.path[:-1],
                    path=_path(slots.get("uri", "")),
                    title=one_line(name.get("value", "")) if name is not None else "",
                    content_type=element.get("mimeType", ""),
                    sha1=slots.get("hash", "").lower(),
                    size=slots.get("size", ""),
                )
            )
            if len(listed) == LISTED:
                return listed, ()
    notice = BAD_METADATA if is_bad else "" if listed else NO_METADATA
    return listed, (notice,) if notice else ()


def _slots(element):
    """Return the first value of each slot by its name in lower case.

    A long URI is in several values, each with its place before it: `1|first`, `2|second`.
    """
    slots = {}
    for slot in element.iterfind("{*}Slot"):
        values = [(value.text or "").strip() for value in slot.iterfind("{*}ValueList/{*}Value")]
        if all(value[:2] == f"{place}|" for place, value in enumerate(values, 1)):
            values = ["".join(value[2:] for value in values)]
        if values:
            slots[slot.get("name", "").lower()] = values[0]
    return slots


def _find(file, listed):
    """Return what is listed of a file: under its path, else under the end of it.

    Folders get added and lost on the way.
    """
    exactly = (one for one in listed if file.path == one.folder + one.path)
    by_its_end = (one for one in listed if file.path[-len(one.path) :] == one.path)
    return next(exactly, None) or next(by_its_end, None)


def _document(file, entry, is_listing, is_double):
    notices = [SAME_NAME] if is_double else []
    if entry:
        notices += _differences(entry, file.content)
    elif is_listing:
        notices.append(NOT_LISTED)
    what = kind(file.name, entry.content_type if entry else "", file.content)
    if what in (Kind.ZIP, Kind.XDM):
        notices.append(ZIP_INSIDE)
    return Packed(
        name=safe_name(file.name, what),
        kind=what,
        content=file.content,
        title=entry.title if entry else "",
        notices=tuple(notices),
    )


def _differences(entry, content):
    if entry.sha1 and entry.sha1 != hashlib.sha1(content, usedforsecurity=False).hexdigest():
        return [WRONG_HASH]
    if entry.size and entry.size != str(len(content)):
        return [WRONG_SIZE]
    return []
