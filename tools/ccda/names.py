"""People's names in pieces, from a name in one piece."""

import re

from .model import Name

PREFIXES = frozenset({"dr", "miss", "mr", "mrs", "ms", "mx", "prof", "rev"})
SUFFIXES = frozenset(
    [
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "v",
        "md",
        "do",
        "mbbs",
        "dds",
        "dmd",
        "dpm",
        "od",
        "dc",
        "dvm",
        "np",
        "fnp",
        "aprn",
        "cnm",
        "crna",
        "pa",
        "pac",
        "rn",
        "lpn",
        "pharmd",
        "phd",
        "psyd",
        "dnp",
        "dpt",
        "pt",
        "ot",
        "lcsw",
        "msw",
        "faap",
        "facp",
        "facs",
        "facc",
        "mph",
        "esq",
    ]
)
# What goes with the family name, not with the given ones
PARTICLES = frozenset(
    [
        "al",
        "bin",
        "da",
        "de",
        "del",
        "della",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "la",
        "le",
        "van",
        "vom",
        "von",
        "zu",
    ]
)


def split(text: str | None) -> Name:
    """Split a name: prefixes, given names, family name, suffixes; nothing is left out.

    The last word is the family name, with particles before it ("van der Berg"); in "Quill, Mary"
    it is what stands before the comma. One word alone is a family name.
    """
    whole, *rest = [part.strip() for part in (text or "").split(",")]
    words = whole.split()
    suffixes = []
    if rest and not _is_suffix(rest[0]):
        given = rest.pop(0).split()
        prefixes, given = _leading(given)
        family = words
    else:
        prefixes, words = _leading(words)
        while len(words) > 2 and _is_suffix(words[-1]):
            suffixes.insert(0, words.pop())
        start = len(words) - 1
        while start > 1 and words[start - 1].lower() in PARTICLES:
            start -= 1
        given, family = words[: max(start, 0)], words[max(start, 0) :]
    return Name(
        family=" ".join(family),
        given=tuple(given),
        prefix=" ".join(prefixes),
        suffix=", ".join(filter(None, [" ".join(suffixes), *rest])),
    )


def _leading(words):
    count = 0
    while count < len(words) - 1 and _plain(words[count]) in PREFIXES:
        count += 1
    return words[:count], words[count:]


def _is_suffix(text: str) -> bool:
    return all(_plain(word) in SUFFIXES for word in text.split()) if text else True


def _plain(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.lower())
