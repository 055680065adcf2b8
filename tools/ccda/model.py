"""What a document is made of. What a record does not have stays empty, and is written so."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

# Code systems, by their object identifiers
ICD10_CM = "2.16.840.1.113883.6.90"
LOINC = "2.16.840.1.113883.6.1"
RXNORM = "2.16.840.1.113883.6.88"
SNOMED_CT = "2.16.840.1.113883.6.96"
CODE_SYSTEM_NAMES = {
    ICD10_CM: "ICD-10-CM",
    LOINC: "LOINC",
    RXNORM: "RxNorm",
    SNOMED_CT: "SNOMED CT",
}

NPI = "2.16.840.1.113883.4.6"


@dataclass(frozen=True)
class Identifier:
    """An instance identifier (II): an object identifier or UUID, and a number given out there."""

    root: str
    extension: str = ""


def stable_id(reference: str) -> Identifier:
    """Return the same identifier whenever it is asked for `reference`, and no other one's.

    UUID version 5 (RFC 9562) in the URL namespace. It needs no registered object identifier,
    which a practice rarely has.

    :param reference: names one thing in the world, such as ``<database uuid>/<model>/<id>``
    """
    return Identifier(str(uuid.uuid5(uuid.NAMESPACE_URL, reference)).upper())


@dataclass(frozen=True)
class Code:
    """A code of a terminology; `system` is the terminology's object identifier."""

    code: str
    system: str
    display: str = ""


@dataclass(frozen=True)
class Name:
    """A person's name in pieces; `names.split` makes one of a name that is in one piece."""

    family: str = ""
    given: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Address:
    """A postal address. `state` and `country` are two-letter codes."""

    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True)
class Contact:
    """How to reach somebody. `address` is a postal one, `email` may be a Direct address."""

    address: Address = Address()
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Organization:
    id: Identifier
    name: str
    npi: str = ""
    contact: Contact = Contact()


@dataclass(frozen=True)
class Person:
    """Somebody who acts for an organization: author, signer, recipient."""

    id: Identifier
    name: Name
    npi: str = ""
    contact: Contact = Contact()
    organization: Organization | None = None


@dataclass(frozen=True)
class Patient:
    """`sex` is F, M, UN (undifferentiated), OTH for another one, or empty if it is not known."""

    id: Identifier
    name: Name
    birth_date: date | None = None
    sex: str = ""
    contact: Contact = Contact()


@dataclass(frozen=True)
class Encounter:
    """The visit that the document is about; `start` and `end` are aware."""

    id: Identifier
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Problem:
    """`codes` of SNOMED CT or ICD-10-CM, as far as the record has them.

    `status` is active, inactive or resolved. `end` is when it stopped being active.
    """

    name: str
    codes: tuple[Code, ...] = ()
    onset: date | None = None
    id: Identifier | None = None
    status: str = "active"
    end: date | None = None


@dataclass(frozen=True)
class Medication:
    """`codes` of RxNorm, as far as the record has them. `dosage` is free text.

    `status` is active or completed: it is not taken any more. `start` and `end` are days.
    """

    name: str
    codes: tuple[Code, ...] = ()
    dosage: str = ""
    id: Identifier | None = None
    status: str = "active"
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Allergy:
    """What is not tolerated; `severity` is mild, moderate, severe or empty.

    `status` is active, inactive or resolved.
    """

    substance: str
    codes: tuple[Code, ...] = ()
    reaction: str = ""
    severity: str = ""
    id: Identifier | None = None
    status: str = "active"
    onset: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class SectionKind:
    """One kind of section: a row of the table in `sections`, or an integrator's own.

    :param key: begins the ids of the narrative; letters and digits, unique in a document
    :param templates: (object identifier, extension or empty) of each template asserted
    :param columns: (key, heading, function of an item that returns its text) of the table;
        none for a section of text
    :param entry: makes the entry of an item, `entries.problem` for example; without it an item
        is only shown
    """

    key: str
    title: str
    code: Code
    templates: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, str, Callable], ...] = ()
    entry: Callable | None = None

    def __post_init__(self):
        for key in (self.key, *(column[0] for column in self.columns)):
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", key):
                raise ValueError(f"{key!r} cannot begin an id: use letters and digits.")


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
            raise ValueError(f"The section {self.kind.key} has items and says that there are none.")
        if self.items and not self.kind.columns:
            raise ValueError(f"The section {self.kind.key} has no columns to show its items in.")


@dataclass(frozen=True)
class ReferralNote:
    """A referral note (LOINC 57133-1). Times are aware: they are written with their offset.

    Sections that the guide requires and that are not given are written as *no information*.
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

    def __post_init__(self):
        encounter = self.encounter
        times = [self.written_at, self.authored_at, self.signed_at]
        times += [encounter.start, encounter.end] if encounter else []
        if any(at and at.utcoffset() is None for at in times):
            raise ValueError("The times of a document need a UTC offset.")
        keys = [section.kind.key for section in self.sections]
        if len(keys) != len(set(keys)):
            raise ValueError("Each section may be in a document once.")
