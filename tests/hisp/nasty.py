"""What no database takes and no clock says, for what comes from outside."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from ...hisp import gate

NASTY = "a\x00b\ud800c" + "\u202e" * 3 + "x" * 5000
TIMES = ("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00-23:59", "1970-01-01T00:00:00Z")


def spoil(content: bytes) -> list[bytes]:
    """What came, with one text of it spoiled each time."""
    try:
        data = json.loads(content)
    except ValueError:
        return list(_spoilt_mail(content))
    return [json.dumps(changed).encode() for changed in _spoilt(data)]


def _spoilt(value: Any) -> Iterator[Any]:
    if isinstance(value, str):
        yield from (value + NASTY, *TIMES)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from ({**value, key: changed} for changed in _spoilt(each))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from (
                [*value[:number], changed, *value[number + 1 :]] for changed in _spoilt(each)
            )
    else:
        yield from (2**70, float("inf"), NASTY)


def _spoilt_mail(content: bytes) -> Iterator[bytes]:
    head, _empty, body = content.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    nasty = b"\x00=\xff\xed\xa0\x80" + b"x" * 5000
    for number, line in enumerate(lines):
        name, colon, value = line.partition(b":")
        for spoilt in (nasty, b"Mon, 1 Jan 9999 00:00:00 +0000", value + nasty):
            changed = [*lines[:number], name + colon + b" " + spoilt, *lines[number + 1 :]]
            yield b"\r\n".join(changed) + b"\r\n\r\n" + body
    yield head + b"\r\n\r\n" + nasty + body + nasty


def assert_storable(case, value) -> None:
    """Demand that PostgreSQL takes every text, number and time in it."""
    if is_dataclass(value):
        for each in fields(value):
            assert_storable(case, getattr(value, each.name))
    elif isinstance(value, str):
        case.assertNotRegex(value, "[\x00\ud800-\udfff]")
        case.assertLessEqual(len(value), gate.TEXT["longest"])
    elif isinstance(value, datetime):
        case.assertIsNotNone(value.tzinfo)
        case.assertTrue(gate.EARLIEST <= value <= datetime.now(UTC) + gate.LATER["ahead"])
    elif isinstance(value, dict):
        for pair in value.items():
            assert_storable(case, pair)
    elif isinstance(value, (list, tuple)):
        for each in value:
            assert_storable(case, each)
    elif isinstance(value, int):
        case.assertLessEqual(abs(value), gate.MOST)
