"""Libraries that read more kinds of files; the addon does without any of them, and says so."""

import importlib
from contextlib import suppress
from functools import cache
from types import ModuleType

from .budget import Unopened

MISSING = "This server can't open this type of file. Ask your administrator to install “{}” on it."


class Missing(Unopened):
    """The library that reads such files is not installed."""


def load(module: str, package: str = "") -> ModuleType:
    """Return a library, imported when it is first needed: some take a third of a second.

    :param package: its name for `pip`, where that is another one
    :raises Missing: if it is not installed
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise Missing(MISSING.format(package or module)) from None


@cache
def _magic():
    with suppress(Exception):  # the library may be missing, or another one of the same name
        return importlib.import_module("magic").Magic(mime=True)
    return None


def magic(content: bytes) -> str:
    """Return the content type that libmagic finds, or nothing."""
    with suppress(Exception):
        return _magic().from_buffer(content)
    return ""
