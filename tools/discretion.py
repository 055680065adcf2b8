"""What may stand where others can read it, such as a subject outside the encryption."""

import re
import unicodedata
from collections.abc import Iterable

from .matching import LETTERS, TITLES

# How these letters are written where there are none of them
WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
APOSTROPHES = "'`´\u2018\u2019\u02bc"
RUN_MAX = 6
NUMBER_MIN = 3


def names_patient(
    text: str | None, name: str | None, record_number: str | None, practice: str | None = None
) -> bool:
    """Whether `text` has a word of the patient's name, or the record number, in any spelling.

    Neither accents, case, apostrophes, hyphens, underscores nor spaces hide a name, nor how the
    digits of a number are set apart. The practice's own name is left out of the text before: a
    patient called Willow may come to Willow Creek Pediatrics. A single word of it is left in.
    """
    numbers = _numbers(record_number)
    for fold in (_plain, _written_out):
        said = _without(fold(text), fold(practice))
        runs = set(_runs(said))
        parts = [word for word in fold(name) if word not in TITLES]
        private = {run for run in _runs(parts) if len(run) > 1}
        if runs & (private | numbers):
            return True
    return False


def _plain(text: str | None) -> list[str]:
    """The words and numbers of a text, without accents and in lower case."""
    decomposed = unicodedata.normalize("NFKD", (text or "").casefold().translate(LETTERS))
    letters = "".join(
        c for c in decomposed if not unicodedata.combining(c) and c not in APOSTROPHES
    )
    return re.findall(r"[^\W\d_]+|\d+", letters)


def _written_out(text: str | None) -> list[str]:
    """As `_plain`, with Müller as mueller."""
    composed = unicodedata.normalize("NFC", (text or "").casefold())
    return _plain(composed.translate(WRITTEN_OUT))


def _runs(words: list[str]) -> Iterable[str]:
    """Each word, and neighbors written as one: O Brien is obrien as well."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + RUN_MAX, len(words)) + 1):
            yield "".join(words[first:last])


def _numbers(record_number: str | None) -> set[str]:
    parts = _plain(record_number)
    digits = "".join(part for part in parts if part.isdigit())
    found = {"".join(parts), digits, digits.lstrip("0")}
    return {number for number in found if len(number) >= NUMBER_MIN}


def _without(words: list[str], name: list[str]) -> list[str]:
    """Return `words` without what is the `name`, or two or more neighboring words of it."""
    left = []
    while words:
        length = max(
            (_common(words, name[start:]) for start in range(len(name))),
            default=0,
        )
        if length < min(2, len(name)) or not length:
            length = 0
            left.append(words[0])
        words = words[length or 1 :]
    return left


def _common(some: list[str], others: list[str]) -> int:
    """How many words the two begin with in common."""
    length = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        length += 1
    return length
