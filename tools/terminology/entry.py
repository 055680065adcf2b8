"""A code as a search sees it."""

import re
from typing import NamedTuple

WORDS = re.compile(r"[\w.]+")


class Entry(NamedTuple):
    """`text` is all that a search looks at: words in lower case, a space before each."""

    code: str
    name: str
    text: str

    @classmethod
    def of(cls, code: str, name: str, terms: str = ""):
        """Make an entry that is found by code, with and without dot, name and other terms."""
        words = WORDS.findall(f"{code} {code.replace('.', '')} {name} {terms}".lower())
        return cls(code, name, "".join(f" {word}" for word in words))
