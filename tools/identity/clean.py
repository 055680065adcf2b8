"""What was typed becomes the one way to write it, or stays as it is to be refused.

Surrounding space is taken away and several spaces become one, no-break ones included. Where a
number is meant (NPI, SSN, card, phone, code, ZIP, date, and the digits of a street), digits of
other scripts become 0-9; where only a number is meant, spaces, dashes, dots, parentheses and
invisible characters that come along by pasting are dropped.
"""

import re
import unicodedata

from .places import STATE_BY_NAME

SUFFIXES = ("Jr.", "Sr.", "II", "III", "IV", "V")
_SUFFIX_BY_LETTERS = {suffix.strip(".").casefold(): suffix for suffix in SUFFIXES}


def _spaced(text: str) -> str:
    """Compose accents, turn letters in disguise into letters, several spaces into one.

    Disguised are full-width, half-width and mathematical characters. The rest of NFKC is left
    out: it changes how names in Thai and other scripts are written.
    """
    plain = "".join(
        unicodedata.normalize("NFKC", character)
        if unicodedata.decomposition(character).startswith(("<wide>", "<narrow>", "<font>"))
        else character
        for character in text
    )
    spaces = "".join(" " if unicodedata.category(c) == "Zs" else c for c in plain)
    return re.sub(" +", " ", unicodedata.normalize("NFC", spaces)).strip()


def clean_name(text: str) -> str:
    return re.sub("[\u2010\u2011]", "-", _spaced(text))


def clean_street(text: str) -> str:
    return _ascii_digits(clean_name(text))


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in text
    )


def clean_number(text: str) -> str:
    """Return `text` without what is written between the digits of a number."""
    return "".join(
        character
        for character in _ascii_digits(text)
        if not character.isspace()
        and unicodedata.category(character) not in ("Pd", "Cf")
        and character not in ".()\u2212"  # the minus sign
    )


def clean_phone(text: str) -> str:
    number = clean_number(text).replace("\uff0b", "+")
    match = re.fullmatch(r"(?:\+?1)?([0-9]{10})", number)
    return f"+1{match[1]}" if match else number


def clean_code(text: str) -> str:
    return clean_number(text).upper()


def clean_zip(text: str) -> str:
    number = clean_number(text)
    return f"{number[:5]}-{number[5:]}" if re.fullmatch("[0-9]{9}", number) else number


def clean_state(text: str) -> str:
    name = _spaced(text).casefold()
    bare = _spaced(name.replace(".", ""))
    return STATE_BY_NAME.get(name) or STATE_BY_NAME.get(bare) or bare.upper()


def clean_suffix(text: str) -> str:
    suffix = _spaced(text)
    return _SUFFIX_BY_LETTERS.get(suffix.strip(" .,").casefold(), suffix)


def clean_email(text: str) -> str:
    local_part, at, domain = text.strip().rpartition("@")
    return local_part + at + domain.lower()


def clean_date(text: str) -> str:
    """Return an ISO date for 1980-2-29, 2/29/1980, 2-29-1980 or 2.29.1980, else about `text`."""
    plain = "".join(
        "-" if unicodedata.category(character) == "Pd" else character
        for character in _ascii_digits(text)
        if not character.isspace() and unicodedata.category(character) != "Cf"
    )
    if match := re.fullmatch(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})", plain):
        year, _, month, day = match.groups()
    elif match := re.fullmatch(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", plain):
        month, _, day, year = match.groups()
    else:
        return plain
    return f"{year}-{month:0>2}-{day:0>2}"
