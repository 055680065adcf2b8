"""The documents of an XDM zip, or of any other, whatever was done to it on its way.

A zip by the book has IHE_XDM/SUBSET01/METADATA.XML, which lists each document with its name, type,
size and SHA-1 (IHE ITI TF-2: 3.32; metadata: ITI TF-3: 4.2). Real ones have a folder more,
backslashes, lower-case names, wrong types and hashes, no names, or no metadata at all. So every
file that is not packaging is a document, and the metadata only describe it. What is packaging in
XDM, such as README.TXT, is a document in any other zip.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from .. import safe_xml
from ..cda.nodes import one_line
from .archive import Zip
from .budget import Budget, Spent, Unopened
from .inner import Inner
from .name import safe_name

METADATA = "metadata.xml"
PACKAGING = frozenset({"index.htm", "index.html", "readme.txt"})
STYLE = (".xsl", ".xslt", ".css")
LEFT_BEHIND = frozenset({".ds_store", "thumbs.db", "desktop.ini"})  # by file managers

WRONG_HASH = "This file isn't the one its sender packed. Its checksum is different."
WRONG_SIZE = "This file isn't the one its sender packed. Its size is different."
NOT_LISTED = "The package doesn't list this document."
NO_METADATA = "This package doesn't list its contents. All its files are shown."
BAD_METADATA = "The contents list of this package can't be read. All its files are shown."
MISSING = "The package lists “{}” but doesn't contain it."
SAME_NAME = "Another document in this package has the same name."
NOT_SHOWN = "“{}” isn't shown. {}"
DISC = "dicomdir"  # the directory of a disc (DICOM PS3.10)
REPORTS = (".pdf", ".rtf", ".doc", ".docx")
OF_DISC = (
    "This is a disc with medical images: {} images and {} other files. Its reports and one image"
    " are listed here; download it and open it with a DICOM viewer to see the rest."
)
LISTED = 1000  # documents of the metadata looked at


def in_zip(content: bytes, budget: Budget) -> Iterator[Inner | str]:
    """Yield the documents of any zip, and notices about those that are not shown."""
    files, notices, spent = _files(content, budget)
    if any(file.path[-1] == DISC for file in files):
        yield from _of_disc(files)
        files = []
    same = Counter(file.path for file in files)
    for file in files:
        yield Inner(file.name, "", file.content, notices=_double(same[file.path]))
    yield from notices
    if spent:
        raise spent


def _of_disc(files):
    """Yield the reports of a disc with medical images and one of these, and what else is on it."""
    images = [file for file in files if file.content[128:132] == b"DICM" and file.path[-1] != DISC]
    shown = [file for file in files if file.path[-1].endswith(REPORTS)] + images[:1]
    yield from (Inner(file.name, "", file.content) for file in shown)
    yield OF_DISC.format(len(images), len(files) - len(images))


def in_xdm(content: bytes, budget: Budget) -> Iterator[Inner | str]:
    """Yield the documents of an XDM zip in the order of its metadata, and notices about it."""
    files, notices, spent = _files(content, budget)
    metadata = [file for file in files if file.path[-1] == METADATA]
    listed, metadata_notice = _listed(metadata)
    order = {entry: place for place, entry in enumerate(listed)}
    folders = {file.path[:-1] for file in metadata if len(file.path) > 1}
    pairs = [
        (file, entry)
        for file, entry in _pairs([file for file in files if file not in metadata], listed)
        if entry or not _is_packaging(file.path, folders)
    ]
    if not (notices or spent):  # what could not be read is not missing
        found = {entry for _file, entry in pairs}
        missing = [entry for entry in listed if entry not in found]
        notices += [MISSING.format(safe_name(one.title or one.path[-1])) for one in missing]
    same = Counter(file.path for file, _entry in pairs)
    pairs.sort(key=lambda pair: order.get(pair[1], len(listed)))
    for file, entry in pairs:
        yield Inner(
            name=file.name,
            content_type=entry.content_type if entry else "",
            content=file.content,
            title=entry.title if entry else "",
            notices=(*_double(same[file.path]), *_odd(file, entry, bool(listed))),
        )
    yield from (*metadata_notice, *notices)
    if spent:
        raise spent


@dataclass(frozen=True)
class _File:
    """A file of the zip: `path` is for comparing, `name` as the zip has it."""

    path: tuple[str, ...]
    name: str
    content: bytes = field(repr=False)
    sha1: str


@dataclass(frozen=True)
class _Listed:
    """What the metadata say of a document; empty where they do not say it."""

    number: int
    folder: tuple[str, ...]  # of the metadata
    path: tuple[str, ...]  # from there
    title: str
    content_type: str
    sha1: str
    size: str


def _files(content, budget):
    """Return the files, notices about those that cannot be read, and what ended the reading."""
    reader = Zip(content)
    files, notices = [], []
    for info in reader.files():
        path = _path(info.filename)
        if path[-1] in LEFT_BEHIND or "__macosx" in path:
            continue
        try:
            inside = reader.content(info, budget)
        except Spent as spent:
            return files, notices, spent
        except Unopened as reason:
            notices.append(NOT_SHOWN.format(safe_name(info.filename), reason))
        else:
            sha1 = hashlib.sha1(inside, usedforsecurity=False).hexdigest()
            files.append(_File(path, info.filename, inside, sha1))
    return files, notices, None


def _path(name):
    """Return the parts of a path as every system would write them: lower case, without tricks."""
    parts = unquote(name).replace("\\", "/").lower().split("/")
    return tuple(part for part in parts if part.strip(". ")) or ("",)


def _is_packaging(path, folders):
    if path[-1].endswith(STYLE):
        return True
    return path[-1] in PACKAGING and path[:-1] not in folders


def _double(count):
    return (SAME_NAME,) if count > 1 else ()


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
                    number=len(listed),
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


def _pairs(files, listed):
    """Return each file with what is listed of it, or `None`: by its path, else by its content.

    Folders get added and lost on the way, names percent-encoded, and URIs left out.
    """
    found = {}
    for how in (_at_its_path, _at_the_end_of_its_path, _with_its_hash, _with_its_size):
        free = [entry for entry in listed if entry not in found.values()]
        for place, file in enumerate(files):
            if place not in found:
                matches = [entry for entry in free if how(file, entry)]
                # By size alone only if no other has it
                if matches and (how is not _with_its_size or len(matches) == 1):
                    found[place] = matches[0]
                    free.remove(matches[0])
    return [(file, found.get(place)) for place, file in enumerate(files)]


def _at_its_path(file, entry):
    return entry.path != ("",) and file.path == entry.folder + entry.path


def _at_the_end_of_its_path(file, entry):
    return entry.path != ("",) and file.path[-len(entry.path) :] == entry.path


def _with_its_hash(file, entry):
    return entry.sha1 == file.sha1


def _with_its_size(file, entry):
    return entry.path == ("",) and entry.size == str(len(file.content))


def _odd(file, entry, is_listing):
    if not entry:
        return (NOT_LISTED,) if is_listing else ()
    if entry.sha1 and entry.sha1 != file.sha1:
        return (WRONG_HASH,)
    if entry.size and entry.size != str(len(file.content)):
        return (WRONG_SIZE,)
    return ()
