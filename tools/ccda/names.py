"""People's names in pieces, from a name in one piece."""

import re

from .base import Name

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


def split(text: str | None, family: str = "") -> Name:
    """Split a name: prefixes, given names, family name, suffixes; nothing is left out.

    :param family: which of its words are the family name, where somebody knows ("Garcia Lopez");
        it counts only while the name has these words. Otherwise the last word is the family name,
        with particles before it ("van der Berg"); in "Quill, Mary" it is what stands before the
        comma. One word alone is a family name.
    """
    whole, *rest = [part.strip() for part in (text or "").split(",")]
    words = whole.split()
    suffixes = []
    known = _place(family.split(), words)
    if rest and not _is_suffix(rest[0]):
        given = rest.pop(0).split()
        prefixes, given = _leading(given)
        family = words
    elif known:
        prefixes, given = _leading(words[: known.start])
        family, suffixes = words[known], words[known.stop :]
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


def knows(text: str | None, family: str) -> bool:
    """Whether `family` says which words of a name are the family name."""
    return _place(family.split(), (text or "").partition(",")[0].split()) is not None


def _place(some, words):
    """Where words stand among others, the last time; what follows may only be suffixes."""
    for start in range(len(words) - len(some), -1, -1):
        stop = start + len(some)
        if some and words[start:stop] == some and all(map(_is_suffix, words[stop:])):
            return slice(start, stop)
    return None


def _leading(words):
    count = 0
    while count < len(words) - 1 and _plain(words[count]) in PREFIXES:
        count += 1
    return words[:count], words[count:]


def _is_suffix(text: str) -> bool:
    return all(_plain(word) in SUFFIXES for word in text.split()) if text else True


def _plain(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.lower())
