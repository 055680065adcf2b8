"""The words of office documents, without their looks: Word, PowerPoint and OpenDocument.

All are zips with XML in them. What is marked as deleted is left out; headers, footers and notes
stand at the end.
"""

import re
from collections.abc import Iterator

from .. import safe_xml
from ..cda.nodes import local_name
from .archive import DAMAGED, Zip
from .budget import Budget, Unopened
from .kinds import Kind

Table = list[list[str]]
# Parts that hold words, in the order in which they are shown
PARTS = {
    Kind.WORD: (
        r"word/document\d*\.xml",
        r"word/(?:header|footer)\d*\.xml",
        r"word/(?:footnotes|endnotes|comments)\.xml",
    ),
    Kind.POWERPOINT: (r"ppt/slides/slide\d+\.xml", r"ppt/notesSlides/notesSlide\d+\.xml"),
    Kind.OPEN_DOCUMENT: (r"content\.xml",),
}
COUNTED = {Kind.WORD: b"Pages", Kind.POWERPOINT: b"Slides"}
PARAGRAPHS = frozenset({"p", "h"})
TABLES = frozenset({"tbl", "table"})
ROWS = frozenset({"tr", "table-row"})
CELLS = frozenset({"tc", "table-cell"})
BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "noBreakHyphen": "-"}
# Deleted text, and the second form of what programs of another age can't show
LEFT_OUT = frozenset({"delText", "del", "moveFrom", "tracked-changes", "Fallback", "instrText"})
OASIS = "{urn:oasis:names:tc:opendocument:xmlns:text:"
REPEATED = 200  # empty cells and rows of a sheet are one element that says how many it stands for


def words(kind: Kind, content: bytes) -> Iterator[str | Table]:
    """Yield the paragraphs and the tables of a document, in their order.

    :raises Unopened: if it is damaged
    """
    package = Zip(content)
    names = {info.filename.replace("\\", "/"): info for info in package.files()}
    budget = Budget()
    is_empty = True
    for pattern in PARTS[kind]:
        found = sorted((name for name in names if re.fullmatch(pattern, name)), key=_in_order)
        for name in found:
            is_empty = False
            try:
                root, _notices = safe_xml.read(package.content(names[name], budget))
            except safe_xml.Refused as refused:
                raise Unopened(str(refused)) from None
            yield from _flow(root)
    if is_empty:
        raise Unopened(DAMAGED)


def pages(kind: Kind, package: Zip) -> int:
    """Return how many pages or slides a document says that it has; 0 where it does not."""
    if kind not in COUNTED:
        return 0
    said = re.search(rb"<(?:\w+:)?%b>(\d{1,5})<" % COUNTED[kind], package.named("docProps/app.xml"))
    return int(said[1]) if said else 0


def is_locked(kind: Kind, package: Zip) -> bool:
    """Whether an OpenDocument is encrypted; others with a password are no zip."""
    is_open = kind is Kind.OPEN_DOCUMENT
    return is_open and b"encryption-data" in package.named("META-INF/manifest.xml")


def _in_order(name):
    return [int(piece) if piece.isdigit() else piece for piece in re.split(r"(\d+)", name)]


def _flow(element) -> Iterator[str | Table]:
    for child in element:
        name = local_name(child, any_space=True)
        if name in PARAGRAPHS:
            if line := "".join(_line(child)).strip("\n"):
                yield line
        elif name in TABLES:
            if table := _table(child):
                yield table
        elif name and name not in LEFT_OUT:
            yield from _flow(child)


def _table(element) -> Table:
    rows = []
    for row in element.iter("{*}tr", "{*}table-row"):
        cells = []
        for cell in row:
            if local_name(cell, any_space=True) in CELLS:
                text = "\n".join("".join(_line(paragraph)) for paragraph in cell)
                cells += [text.strip()] * (
                    _repeated(cell, "number-columns-repeated") if text else 1
                )
        if any(cells):
            rows += [cells] * _repeated(row, "number-rows-repeated")
    return rows


def _repeated(element, attribute):
    for name, value in element.items():
        if name.endswith(attribute) and value.isdecimal():
            return min(int(value), REPEATED)
    return 1


def _line(element) -> Iterator[str]:
    """Yield the text of a paragraph; in Word it stands in elements of its own."""
    is_text = _holds_text(element)
    if is_text:
        yield _spaced(element, element.text)
    for child in element:
        name = local_name(child, any_space=True)
        if name in BREAKS:
            yield BREAKS[name]
        elif name == "s":
            yield " " * _repeated(child, "}c")
        elif name and name not in LEFT_OUT:
            yield from _line(child)
        if is_text:
            yield _spaced(element, child.tail)


def _holds_text(element):
    return OASIS in element.tag or local_name(element, any_space=True) == "t"


def _spaced(element, text):
    """Spaces and line ends count as one space in OpenDocument, where more are elements."""
    return re.sub(r"\s+", " ", text or "") if OASIS in element.tag else text or ""
