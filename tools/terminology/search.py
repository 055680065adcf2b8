"""Codes found by what they are called."""

from ..ccda import tables
from ..ccda.base import CVX, ICD10_CM, LOINC, SNOMED_CT
from . import cvx, icd10cm
from .entry import WORDS, Entry

SHOWN = 20
SEARCHED = 100  # characters of what was typed
# Enough to choose the best of
FOUND = 2_000


def find(system: str, text: str, limit: int = SHOWN) -> list[tuple[str, str]]:
    """Return codes of a terminology by words of their names, or by how the code begins.

    Each word has to begin a word of the name or of an inclusion term. Codes that begin with what
    was typed come first, then names that have all the words, the shorter before the longer: the
    general before the special.

    :param system: object identifier; those that are not in `TABLES` have nothing to search in
    :return: list of (code, name)
    """
    table = TABLES.get(system)
    words = WORDS.findall(text[:SEARCHED].lower())
    if not (table and words):
        return []
    rarest, *others = sorted((f" {word}" for word in words), key=len, reverse=True)
    found = []
    for entry in table():
        if rarest in entry.text and all(word in entry.text for word in others):
            found.append(entry)
            if len(found) == FOUND:
                break
    whole = text.strip().upper()

    def order(entry):
        name = f" {entry.name.lower()}"
        is_in_name = rarest in name and all(word in name for word in others)
        return not entry.code.startswith(whole), not is_in_name, len(entry.name), entry.code

    found.sort(key=order)
    return [(entry.code, entry.name) for entry in found[:limit]]


def _short(names: dict[str, str]):
    """A function that returns the entries of a short table."""
    entries = tuple(Entry.of(code, name) for code, name in names.items())
    return lambda: entries


TABLES = {
    ICD10_CM: icd10cm.entries,
    CVX: _short(cvx.VACCINES),
    LOINC: _short({row.code.code: row.code.display for row in tables.VITAL_SIGNS.values()}),
    SNOMED_CT: _short(tables.REACTIONS),
}
