"""Reading elements of a document one cannot trust: whatever is missing or odd is an empty value.

Elements are found by their local name, in HL7's namespace or in none: systems that forget the
namespace are read, and extensions of other namespaces (`sdtc:`) are not taken for the real thing.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from lxml import etree

HL7 = "urn:hl7-org:v3"
TEXT_MAX = 1000  # of one name, title or display text

# Characters that turn the direction of the text after them: they make a text read as another one
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})?([0-9]{2})?(?:([0-9]{2})([0-9]{2})?([0-9]{2})?(?:\.[0-9]*)?)?"
    r"([+-][0-9]{4})?"
)


def local_name(node, *, any_space: bool = False) -> str:
    """Return the local name of an HL7 element, "" for anything else (comments, other spaces).

    :param any_space: return it of an element of any namespace
    """
    if not isinstance(node.tag, str):
        return ""
    # Not by QName: a damaged document has prefixes that stand for nothing, which it refuses
    space, _brace, name = node.tag.rpartition("}")
    if any_space:
        return name.rpartition(":")[2]
    return name if space in (f"{{{HL7}", "") and ":" not in name else ""


def children(node, *path: str) -> Iterator[etree._Element]:
    """Yield the elements that lie at `path` of local names below `node`, in document order."""
    if node is None:
        return
    if not path:
        yield node
        return
    for element in node:
        if local_name(element) == path[0]:
            yield from children(element, *path[1:])


def child(node, *path: str) -> etree._Element | None:
    """Return the first element at `path` below `node`, or None."""
    return next(children(node, *path), None)


def attribute(node, name: str) -> str:
    """Return an attribute without surrounding space, "" when there is none."""
    return one_line(node.get(name, "")) if node is not None else ""


def is_null(node) -> bool:
    """Whether there is no such element, or it says by a nullFlavor that nothing is known."""
    return node is None or bool(attribute(node, "nullFlavor"))


def words(node) -> str:
    """Return all text of an element as one line."""
    if node is None:
        return ""
    return one_line(" ".join(node.itertext(etree.Element)))


def without_directions(text: str) -> str:
    """Return `text` without the characters that turn its direction."""
    return _DIRECTIONS.sub("", text)


def one_line(text: str) -> str:
    """Return `text` with each run of white space made one space, and cut to `TEXT_MAX`."""
    line = " ".join(without_directions(text).split())
    return line if len(line) <= TEXT_MAX else line[: TEXT_MAX - 1] + "…"


def day(node) -> date | None:
    """Return the day of a point in time (TS) as it is written, or None when no day is given."""
    written = _TIME.fullmatch(attribute(node, "value"))
    if not written or not written[3]:
        return None
    try:
        return date(*(int(number) for number in written.groups()[:3]))
    except ValueError:
        return None


def instant(node) -> datetime | None:
    """Return a point in time (TS), or None. It is aware only if an offset is written."""
    written = _TIME.fullmatch(attribute(node, "value"))
    if not written:
        return None
    year, month, of_month, hour, minute, second = (
        int(n) if n else None for n in written.groups()[:6]
    )
    try:
        at = datetime(year, month or 1, of_month or 1, hour or 0, minute or 0, min(second or 0, 59))
        return at.replace(tzinfo=_offset(written[7])) if written[7] and hour is not None else at
    except ValueError:
        return None


def _offset(written: str) -> timezone:
    minutes = int(written[1:3]) * 60 + int(written[3:5])
    return (
        timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes)) if minutes else UTC
    )
