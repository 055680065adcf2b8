"""The one gate for what comes from outside: what a database, a clock or a column cannot take.

A frozen dataclass that inherits `Gated` is passed through it when it is made, so no adapter can
forget to. Meaning is not judged here: a text stays the text it was, without what nobody can store.
"""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

LINE = 1_000
"""Characters of a text in one field, unless its `metadata` says otherwise."""
TEXT = {"longest": 1_000_000}
"""Metadata for the text of a letter, or of an agreement."""
IDENTIFIER = 998
"""Characters of an id: a line of a mail (RFC 5322 2.1.1), and what an index takes."""
LATER = {"ahead": timedelta(days=3650)}
"""Metadata for a time that lies ahead, such as the end of a lock."""
EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
"""Nothing in Direct is older: the first messages were sent in 2010."""
FIRST_DAY = EARLIEST.date()
CLOCK_SKEW = timedelta(days=1)
MOST = 2**31 - 1
"""The largest number that an integer column takes."""
DEEPEST, WIDEST = 10, 1_000

# Controls but tab and line ends, and halves of characters: PostgreSQL takes neither NUL nor those
_NOT_STORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def text(value: str, longest: int = LINE) -> str:
    """Return `value` without what cannot be stored, `longest` characters at most."""
    return _NOT_STORABLE.sub("", value)[:longest]


def identifier(value: str) -> str:
    """Return an id that can be stored and indexed; the same for the same, another for another."""
    value = _NOT_STORABLE.sub("", value)
    if len(value.encode()) <= IDENTIFIER:
        return value
    return f"{value[:100]}...{hashlib.sha256(value.encode()).hexdigest()}"


def instant(at: datetime | None, ahead: timedelta = CLOCK_SKEW) -> datetime | None:
    """Return an aware time in UTC, or None when it cannot be true.

    :param ahead: how far ahead of our clock it may lie
    """
    try:
        at = at and (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return at if at and EARLIEST <= at <= datetime.now(UTC) + ahead else None


def number(value: int | None) -> int | None:
    """Return a number that a column takes; what is larger is the largest."""
    return value and max(-MOST, min(value, MOST))


def passed(value: Any, longest: int = LINE, ahead: timedelta = CLOCK_SKEW, depth: int = 0) -> Any:
    """Return `value` as it may be stored, and so with all that is in a tuple, list or mapping."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return text(value, longest)
    if isinstance(value, datetime):
        return instant(value, ahead)
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no such number
    if isinstance(value, Mapping):
        if depth == DEEPEST:
            return {}
        pairs = list(value.items())[:WIDEST]
        return {text(str(k)): passed(each, longest, ahead, depth + 1) for k, each in pairs}
    if isinstance(value, (tuple, list)):
        if depth == DEEPEST:
            return type(value)()
        return type(value)(passed(each, longest, ahead, depth + 1) for each in value)
    return value


class Gated:
    """Makes a frozen dataclass pass the gate when it is made.

    A field's `metadata` may hold ``longest`` (characters), ``ahead`` (a time that may lie ahead),
    or ``identifier``, for a text that is compared and indexed.
    """

    def __post_init__(self):
        for each in fields(self):
            value = getattr(self, each.name)
            if each.type is str and not isinstance(value, str):
                raise TypeError(each.name)  # a text is never None, nor a number
            limits = each.metadata
            if limits.get("identifier"):
                value = identifier(value)
            else:
                value = passed(value, limits.get("longest", LINE), limits.get("ahead", CLOCK_SKEW))
            object.__setattr__(self, each.name, value)


ID = {"identifier": True}
