"""Problems, medications and allergies of a document, each to be offered for import by itself.

Only what can be said for certain is offered: an entry that is negated, entered in error, without a
name, or built in a way not known here is left to the narrative, which always shows everything.
Shapes: C-CDA R1.1 and R2.1 (and C32, whose entries are the same): Problem Concern Act and Problem
Observation, Medication Activity, Allergy Concern Act and Allergy Intolerance Observation.
"""

from dataclasses import dataclass
from datetime import date, datetime

from .parse import Code, Document


@dataclass(frozen=True)
class Source:
    """Where an entry comes from: what to keep with it in the record."""

    section: str  # the section's title
    document: str  # the document's title
    document_id: str
    author: str
    at: datetime | None  # when the document was made


@dataclass(frozen=True)
class Entry:
    """A problem, medication or allergy. A text is empty, and a date None, when not said.

    `key` is the same each time the same document is read, and differs between its entries.
    """

    kind: str  # problem, medication, allergy
    key: str
    name: str
    codes: tuple[Code, ...]
    status: str  # active, inactive, resolved, completed, ...: as the sender has it, in lower case
    started: date | None
    ended: date | None
    source: Source
    icd10_code: str = ""  # of a problem
    dosage: str = ""  # of a medication
    reaction: str = ""  # of an allergy
    severity: str = ""  # of an allergy: mild, moderate, severe


def offered(document: Document) -> tuple[Entry, ...]:
    """Return what can be imported from a document, in its order. Never raises."""
    raise NotImplementedError
