"""Texts that arrive from outside, made fit to be kept, and whom a message is about."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from .matching import Person

SUBJECT_MAX = 300
TEXT_MAX = 1_000_000
WORD_MAX = 100
CONTEXT_SEXES = frozenset({"female", "male", "other", "unknown"})
# Marks that turn the direction of writing, and others that are not seen (Unicode categories)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def plain_text(text: str | None) -> str:
    """The text of a letter, without marks that a database or a reader cannot take.

    It stays a text: whatever looks like HTML in it is shown as it was written.
    """
    text = (text or "")[:TEXT_MAX].replace("\r\n", "\n").replace("\r", "\n")
    return _seen(text, "\n\t").strip()


def one_line(text: str | None, longest: int = SUBJECT_MAX) -> str:
    """A subject or a name: one line, without marks that are not seen."""
    return _seen(" ".join((text or "")[: longest * 4].split()))[:longest]


def _seen(text, kept=""):
    return "".join(c for c in text if c in kept or unicodedata.category(c) not in _UNSEEN)


def context_type(context: Mapping | None) -> str:
    """What kind of message it is by its Context metadata, such as ``referral/order``."""
    kind_ = context.get("type") if isinstance(context, Mapping) else None
    return one_line(kind_, WORD_MAX) if isinstance(kind_, str) else ""


def of_context(context: Mapping | None) -> Person:
    """The patient of Context metadata (Direct Context 1.1)."""
    context = context if isinstance(context, Mapping) else {}
    patient = context.get("patient")
    patient = patient if isinstance(patient, Mapping) else {}

    def item(name):
        value = patient.get(name)
        return one_line(value, WORD_MAX) if isinstance(value, str) else ""

    sex = item("gender").lower()
    return Person(
        given=item("givenName"),
        family=item("surname"),
        birth_date=_date(item("dateOfBirth")),
        sex={"f": "female", "m": "male"}.get(sex, sex if sex in CONTEXT_SEXES else ""),
        postal_code=item("postalCode"),
    )


def of_demographics(demographics) -> Person:
    """The patient of a clinical document."""
    name = demographics.name
    return Person(
        given=one_line(" ".join(name.given), WORD_MAX),
        family=one_line(name.family, WORD_MAX),
        full=one_line(name.full, WORD_MAX),
        birth_date=demographics.birth_date,
        sex=demographics.sex,
        postal_code=one_line(demographics.postal_code, WORD_MAX),
        record_numbers=tuple(
            one_line(identifier.extension, WORD_MAX)
            for identifier in demographics.ids
            if identifier.extension
        ),
        former=tuple(
            one_line(one.full, WORD_MAX) for one in demographics.names[1:] if one.is_former
        ),
    )


def _date(text):
    digits = re.sub(r"\D", "", text)
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}")
    except ValueError:
        return None
