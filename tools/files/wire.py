"""Plain data between two processes: JSON, and bytes beside it.

What the other side sends is rebuilt by the type that is expected here, so that nothing it sends
can be code, or of another shape. That is why it is not `pickle`.

A frame: the length of the JSON (4 bytes, big-endian), the JSON `[value, lengths]`, then as many
pieces of bytes as there are lengths. In the value, bytes are the number of their piece.
"""

import dataclasses
import json
import struct
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache

MOST = 256 * 1024 * 1024  # bytes of a frame; more than any message may unpack to


class Broken(ValueError):
    """What came is not what was expected."""


def write(value) -> list[bytes]:
    """Return the pieces of a frame: plain data, dates, enumerations, dataclasses and bytes."""
    pieces = []
    text = json.dumps(_plain(value, pieces), ensure_ascii=True, separators=(",", ":"))
    head = f"[{text},{json.dumps([len(piece) for piece in pieces])}]".encode("ascii")
    return [struct.pack(">I", len(head)) + head, *pieces]


def read(take: Callable[[int], bytes]) -> tuple[object, list[bytes]]:
    """Return a frame as JSON and pieces.

    :param take: gives exactly as many bytes as it is asked for
    :raises Broken: if it is no frame, or larger than `MOST`
    """
    (length,) = struct.unpack(">I", take(4))
    if length > MOST:
        raise Broken
    try:
        value, lengths = json.loads(take(length))
        lengths = [_whole(one) for one in lengths]
    except (ValueError, TypeError, RecursionError) as error:  # `Broken` is a ValueError
        raise Broken from error
    if sum(lengths) > MOST:
        raise Broken
    return value, [take(one) for one in lengths]


def build(kind, value, pieces: list[bytes]):
    """Return `value` as an object of the type `kind`.

    :raises Broken: if it is not one
    """
    try:
        return _build(kind, value, pieces)
    except Broken:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise Broken from error


def _plain(value, pieces):
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        pieces.append(value)
        return len(pieces) - 1
    if isinstance(value, date):  # datetimes too
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name), pieces)
            for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(one, pieces) for key, one in value.items()}
    if isinstance(value, Iterable):
        return [_plain(one, pieces) for one in value]
    raise TypeError(f"{type(value).__name__} is no plain data")


def _build(kind, value, pieces):
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        (kind,) = (one for one in arguments if one is not type(None))
        return None if value is None else _build(kind, value, pieces)
    if kind is typing.Any:
        return value
    if origin is tuple and arguments[-1] is not ...:
        return tuple(
            _build(one, part, pieces) for one, part in zip(arguments, _list(value), strict=True)
        )
    if (origin and issubclass(origin, Mapping)) or kind in (Mapping, dict):
        of_values = arguments[1] if arguments else typing.Any
        return {key: _build(of_values, part, pieces) for key, part in value.items()}
    if origin and issubclass(origin, Iterable):
        parts = (_build(arguments[0], part, pieces) for part in _list(value))
        return list(parts) if origin is list else tuple(parts)
    return _SIMPLE.get(kind, _other)(kind, value, pieces)


def _other(kind, value, pieces):
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if not dataclasses.is_dataclass(kind):
        raise Broken
    hints = _hints(kind)
    names = [field.name for field in dataclasses.fields(kind) if field.init]
    return kind(**{name: _build(hints[name], value[name], pieces) for name in names})


_hints = cache(typing.get_type_hints)


def _exactly(kind, value, _pieces):
    if type(value) is not kind:
        raise Broken
    return value


_SIMPLE = {
    bool: _exactly,
    int: _exactly,
    str: _exactly,
    type(None): _exactly,
    float: lambda _kind, value, _pieces: float(value),
    bytes: lambda _kind, value, pieces: pieces[_whole(value)],
    date: lambda _kind, value, _pieces: date.fromisoformat(value),
    datetime: lambda _kind, value, _pieces: datetime.fromisoformat(value),
}


def _whole(value):
    """Return a number from zero up: a negative one would name pieces from the end."""
    if type(value) is not int or value < 0:
        raise Broken
    return value


def _list(value):
    return _exactly(list, value, ())
