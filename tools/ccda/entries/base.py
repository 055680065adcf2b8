"""What entries are made of. Structure and templates: C-CDA R2.1 with its Companion Guide."""

from dataclasses import dataclass
from datetime import datetime

from ..base import LOINC, SNOMED_CT, Code, Identifier, Person, stable_id
from ..xml import code, element, ii, since, templates, ts

ACT_CLASS = "2.16.840.1.113883.5.6"
ACT_CODE = "2.16.840.1.113883.5.4"

CONCERN = Code("CONC", ACT_CLASS, "Concern")
ASSERTION = Code("ASSERTION", ACT_CODE, "Assertion")
STATUS = Code("33999-4", LOINC, "Status")
STATUSES = {
    "active": Code("55561003", SNOMED_CT, "Active"),
    "inactive": Code("73425007", SNOMED_CT, "Inactive"),
    "resolved": Code("413322009", SNOMED_CT, "Resolved"),
}


@dataclass(frozen=True)
class Ids:
    """The ids of one item: its row in the narrative, and what its statements are known under.

    With `author` and `at`, each statement says who made it and when.
    """

    row: str
    item: Identifier
    author: Person | None = None
    at: datetime | None = None

    def cell(self, column: str) -> str:
        """Id of the text of `column` in the narrative."""
        return f"{self.row}-{column}"

    def child(self, name: str) -> Identifier:
        """Identify a statement about the item, or a part of it."""
        return stable_id(f"{self.item.root}/{self.item.extension}/{name}")

    def part(self, name: str):
        """id of a statement about the item."""
        return ii(self.child(name))


def by(ids: Ids):
    """Author Participation: who says so, and when. The header has the rest of the author."""
    if not ids.author:
        return None
    return element(
        "author",
        templates([("2.16.840.1.113883.10.20.22.4.119", "")]),
        ts("time", ids.at),
        element("assignedAuthor", ii(ids.author.id)),
    )


def concern(template: str, ids: Ids, at: datetime, observation, item=None):
    """A concern since the note that states it; over when the item is."""
    is_over = item is not None and item.status != "active"
    return element(
        "act",
        templates([(template, "2015-08-01")]),
        ids.part("concern"),
        code("code", CONCERN),
        element("statusCode", code="completed" if is_over else "active"),
        since(item.onset if is_over else at, item.end if is_over else None, is_over=is_over),
        by(ids),
        element("entryRelationship", observation, typeCode="SUBJ"),
        classCode="ACT",
        moodCode="EVN",
    )


def observation(template, id_, what, text, when, value, *more, **attributes):
    return element(
        "observation",
        templates([template]),
        id_,
        what,
        text,
        element("statusCode", code="completed"),
        when,
        value,
        *more,
        classCode="OBS",
        moodCode="EVN",
        **attributes,
    )


def part(relation: str, observation, inversion: str | None = "true"):
    """What is observed about the observation that it stands in."""
    return element("entryRelationship", observation, typeCode=relation, inversionInd=inversion)
