"""A JSON object from outside, read so that nothing of a wrong shape gets in.

Used inside `HttpClient.request(read=...)` and `read_callback`, where what is wrong becomes a typed
error. What went wrong is not told: the text could hold what was sent.
"""

import base64
from collections.abc import Collection
from datetime import datetime
from typing import Any

MALFORMED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading an answer of a wrong shape raises."""


class Answer:
    """A JSON object; each method gives a value of its type, or raises one of `MALFORMED`.

    Names that are not asked for do no harm: a provider may add some.
    """

    def __init__(self, data: Any, raw: bytes = b""):
        """:param raw: the object as it came, to be kept"""
        self._data = _of(dict, data)
        self.raw = raw

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def text(self, name: str) -> str:
        """A text that has to be there, and not be empty."""
        if not (text := _of(str, self._data[name])):
            raise ValueError
        return text

    def text_or_empty(self, name: str) -> str:
        """A text; empty when it is null or left out."""
        value = self._data.get(name)
        return "" if value is None else _of(str, value)

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of the texts in `allowed`."""
        if (text := self.text(name)) not in allowed:
            raise ValueError
        return text

    def number(self, name: str) -> int:
        """A whole number that is not negative."""
        if (number := _of(int, self._data[name])) < 0:
            raise ValueError
        return number

    def flag(self, name: str) -> bool:
        return _of(bool, self._data[name])

    def instant(self, name: str) -> datetime:
        """An aware point in time (RFC 3339)."""
        at = datetime.fromisoformat(self.text(name))
        if at.tzinfo is None:
            raise ValueError
        return at

    def instant_or_none(self, name: str) -> datetime | None:
        """An aware point in time; None when it is null or left out."""
        return None if self._data.get(name) is None else self.instant(name)

    def content(self, name: str) -> bytes:
        """Bytes that travel in base64."""
        return base64.b64decode(_of(str, self._data[name]), validate=True)

    def object(self, name: str) -> "Answer":
        return Answer(self._data[name])

    def object_or_none(self, name: str) -> dict | None:
        """An object as it is; None when it is null or left out."""
        value = self._data.get(name)
        return None if value is None else _of(dict, value)

    def objects(self, name: str) -> tuple["Answer", ...]:
        return tuple(Answer(data) for data in _of(list, self._data[name]))

    def things(self, name: str) -> list:
        """A list as it is, for who reads each of it apart from the others."""
        return _of(list, self._data[name])

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; empty when it is null or left out."""
        value = self._data.get(name)
        return () if value is None else tuple(_of(str, text) for text in _of(list, value))


def _of(kind: type, value: Any) -> Any:
    # Not isinstance: in Python True is a number
    if type(value) is not kind:
        raise TypeError
    return value
