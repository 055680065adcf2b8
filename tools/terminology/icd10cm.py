"""ICD-10-CM, read from the package that ships it.

The package, `simple-icd-10-cm`, has the files of the CDC and reads them when it is imported: 2.4
seconds, 190 MB. Only its data file is read here, once in each process, and only what a search needs
is kept: the codes that may be used for billing, which have none below them, with their names and
inclusion terms. `tests/tools/test_terminology.py` compares the outcome with the package's own.
"""

import functools
import importlib.util
from pathlib import Path

from lxml import etree

from .entry import Entry

PACKAGE = "simple_icd_10_cm"
LONGEST = 7


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Return all codes that may be used, in their order; none where the package is missing."""
    spec = importlib.util.find_spec(PACKAGE)
    if not spec:
        return ()
    data = Path(spec.submodule_search_locations[0], "data")
    [tabular], [listed] = data.glob("*.xml"), data.glob("*.txt")
    # Rules that the tabular list has only in words leave out some of the seventh characters
    exist = set(listed.read_text(encoding="utf-8").split())
    root = etree.parse(tabular).getroot()
    return tuple(
        entry
        for top in root.iterfind("chapter/section/diag")
        for entry in _below(top, {}, "")
        if entry.code.replace(".", "") in exist
    )


def _below(diag, extensions, terms):
    """Yield the codes of a category: the lowest, each with the seventh characters that it needs."""
    code, name = diag.findtext("name"), diag.findtext("desc")
    own = {one.get("char"): one.text for one in diag.iterfind("sevenChrDef/extension")}
    extensions = own or extensions
    terms += "".join(f" {note.text}" for note in diag.iterfind("inclusionTerm/note"))
    inner = diag.findall("diag")
    for one in inner:
        yield from _below(one, extensions, terms)
    if inner:
        return
    if not extensions:
        yield Entry.of(code, name, terms)
    for character, meaning in extensions.items():
        yield Entry.of(_padded(code) + character, f"{name}, {meaning}", terms)


def _padded(code):
    """``T36.0`` -> ``T36.0XX``: the placeholder X up to the sixth character."""
    category, _dot, rest = code.partition(".")
    return f"{category}.{rest.ljust(LONGEST - 1 - len(category), 'X')}"
