"""A document: its sections, and what its header says. See `base`, `patient` and `statements`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .base import Code, Identifier, Organization, Person
from .patient import Patient


@dataclass(frozen=True)
class Encounter:
    """The visit that the document is about; `start` and `end` are aware."""

    id: Identifier
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class SectionKind:
    """One kind of section: a row of the table in `sections`, or an integrator's own.

    :param key: begins the ids of the narrative; letters and digits, unique in a document
    :param templates: (object identifier, extension or empty) of each template asserted
    :param columns: (key, heading, function of an item that returns its text) of the table;
        none for a section of text
    :param entry: makes the entry of an item, `entries.problem` for example; without it an item
        is only shown
    :param needs_entries: without any entry the section says *no information*, whatever its text
    """

    key: str
    title: str
    code: Code
    templates: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, str, Callable], ...] = ()
    entry: Callable | None = None
    needs_entries: bool = False

    def __post_init__(self):
        for key in (self.key, *(column[0] for column in self.columns)):
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", key):
                raise ValueError(f"cannot begin an id: {key!r}")


@dataclass(frozen=True)
class NoneKnown:
    """Somebody asked, and there is none: what the narrative says, and the negated entry for it.

    :param entry: makes the entry, as that of a `SectionKind` does of an item
    """

    sentence: str
    entry: Callable


@dataclass(frozen=True)
class Section:
    """A section with what it holds: `text`, `items`, that there are none, or no information.

    "None" and "not asked" are different: without `none_known` an empty section says
    *no information*.
    """

    kind: SectionKind
    text: str = ""
    items: tuple = ()
    none_known: NoneKnown | None = None

    def __post_init__(self):
        if self.items and self.none_known:
            raise ValueError(f"items, and none known: {self.kind.key}")
        if self.items and not self.kind.columns:
            raise ValueError(f"no columns to show items in: {self.kind.key}")


@dataclass(frozen=True)
class ReferralNote:
    """A referral note (LOINC 57133-1). Times are aware: they are written with their offset.

    Sections that the guide requires and that are not given are written as *no information*.

    :param confidentiality: N normal, R restricted, V very restricted
    """

    id: Identifier
    written_at: datetime
    patient: Patient
    author: Person
    authored_at: datetime
    custodian: Organization
    recipient: Person
    signed_at: datetime | None = None
    encounter: Encounter | None = None
    sections: tuple[Section, ...] = ()
    title: str = "Referral Note"
    language: str = "en-US"
    confidentiality: str = "N"

    def __post_init__(self):
        encounter = self.encounter
        times = [self.written_at, self.authored_at, self.signed_at]
        times += [encounter.start, encounter.end] if encounter else []
        if any(at and at.utcoffset() is None for at in times):
            raise ValueError("The times of a document need a UTC offset.")
        if self.confidentiality not in ("N", "R", "V"):
            raise ValueError("Confidentiality is N, R or V.")
        keys = [section.kind.key for section in self.sections]
        if len(keys) != len(set(keys)):
            raise ValueError("Each section may be in a document once.")
