"""The table of sections, and how a section becomes narrative and entries."""

import re
from datetime import datetime
from functools import partial

from . import entries
from .base import CODE_SYSTEM_NAMES, LOINC, Code, Identifier, stable_id
from .model import NoneKnown, Section, SectionKind
from .xml import clean, code, element, templates

NO_INFORMATION = "No information."


def _codes(item) -> str:
    """The codes in words, so that the narrative says all that the entry does."""
    return ", ".join(
        f"{CODE_SYSTEM_NAMES.get(of.system, of.system)} {of.code}" for of in item.codes if of.code
    )


def _day(day) -> str:
    return day.isoformat() if day else ""


def _status(item) -> str:
    """The status in words, with the day it ended."""
    words = item.status.capitalize()
    return f"{words}, ended {_day(item.end)}" if item.end else words


NO_KNOWN_PROBLEMS = NoneKnown("No known problems.", entries.no_problems)
NO_CURRENT_MEDICATIONS = NoneKnown("No current medications.", entries.no_medications)
NO_KNOWN_ALLERGIES = NoneKnown(
    "No known allergies.", partial(entries.no_allergies, entries.ALLERGY)
)
NO_KNOWN_DRUG_ALLERGIES = NoneKnown(
    "No known drug allergies.", partial(entries.no_allergies, entries.DRUG_ALLERGY)
)

REASON = SectionKind(
    "reason",
    "Reason for Referral",
    Code("42349-1", LOINC, "Reason for referral"),
    (("1.3.6.1.4.1.19376.1.5.3.1.3.1", "2014-06-09"),),
)
PROBLEMS = SectionKind(
    "problems",
    "Problems",
    Code("11450-4", LOINC, "Problem list"),
    (
        ("2.16.840.1.113883.10.20.22.2.5.1", "2015-08-01"),
        ("2.16.840.1.113883.10.20.22.2.5", "2015-08-01"),
    ),
    (
        ("name", "Problem", lambda item: item.name),
        ("codes", "Codes", _codes),
        ("onset", "Onset", lambda item: _day(item.onset)),
        ("status", "Status", lambda item: _status(item)),
    ),
    entries.problem,
)
MEDICATIONS = SectionKind(
    "medications",
    "Medications",
    Code("10160-0", LOINC, "History of medication use"),
    (
        ("2.16.840.1.113883.10.20.22.2.1.1", "2014-06-09"),
        ("2.16.840.1.113883.10.20.22.2.1", "2014-06-09"),
    ),
    (
        ("name", "Medication", lambda item: item.name),
        ("codes", "Codes", _codes),
        ("dosage", "Instructions", lambda item: item.dosage),
        ("start", "Started", lambda item: _day(item.start)),
        ("status", "Status", lambda item: _status(item)),
    ),
    entries.medication,
)
ALLERGIES = SectionKind(
    "allergies",
    "Allergies and Intolerances",
    Code("48765-2", LOINC, "Allergies, adverse reactions, alerts"),
    (
        ("2.16.840.1.113883.10.20.22.2.6.1", "2015-08-01"),
        ("2.16.840.1.113883.10.20.22.2.6", "2015-08-01"),
    ),
    (
        ("name", "Substance", lambda item: item.substance),
        ("codes", "Codes", _codes),
        ("reaction", "Reaction", lambda item: item.reaction),
        ("severity", "Severity", lambda item: item.severity.capitalize()),
        ("status", "Status", lambda item: _status(item)),
    ),
    entries.allergy,
)
ASSESSMENT = SectionKind(
    "assessment",
    "Assessment",
    Code("51848-0", LOINC, "Assessments"),
    (("2.16.840.1.113883.10.20.22.2.8", ""),),
)
PLAN = SectionKind(
    "plan",
    "Plan of Treatment",
    Code("18776-5", LOINC, "Plan of treatment"),
    (("2.16.840.1.113883.10.20.22.2.10", "2014-06-09"),),
)
SUBJECTIVE = SectionKind(
    "subjective",
    "Subjective",
    Code("61150-9", LOINC, "Subjective"),
    (("2.16.840.1.113883.10.20.21.2.2", ""),),
)
OBJECTIVE = SectionKind(
    "objective",
    "Objective",
    Code("61149-1", LOINC, "Objective"),
    (("2.16.840.1.113883.10.20.21.2.1", ""),),
)

PAYERS = SectionKind(
    "payers",
    "Insurance",
    Code("48768-6", LOINC, "Payers"),
    (("2.16.840.1.113883.10.20.22.2.18", "2015-08-01"),),
    (
        ("payer", "Insurance", lambda item: item.payer),
        ("plan", "Plan", lambda item: item.plan),
        ("member", "Member Number", lambda item: item.member),
        ("group", "Group Number", lambda item: item.group),
    ),
    entries.coverage,
)

REQUIRED = (REASON, PROBLEMS, MEDICATIONS, ALLERGIES, ASSESSMENT, PLAN)
"""What a Referral Note (V2) has to have, in the order a reader wants it."""


def completed(sections: tuple[Section, ...]) -> list[Section]:
    """Required sections first, those not given as *no information*; then the others as given."""
    given = {section.kind.key: section for section in sections}
    required = [given.pop(kind.key, None) or Section(kind) for kind in REQUIRED]
    return required + list(given.values())


def component(section: Section, document_id: Identifier, at: datetime):
    """Write one section: its narrative, and an entry for each item."""
    kind = section.kind
    rows = [
        (item, entries.Ids(f"{kind.key}-{number}", _item_id(item, document_id, kind, number)))
        for number, item in enumerate(section.items, 1)
    ]
    paragraphs = list(_paragraphs(section.text))
    none_known = section.none_known
    none_ids = entries.Ids(f"{kind.key}-none", stable_id(f"{document_id.root}/{kind.key}/none"))
    is_empty = not (rows or paragraphs or none_known)
    return element(
        "component",
        element(
            "section",
            templates(kind.templates),
            code("code", kind.code),
            element("title", kind.title),
            element(
                "text",
                paragraphs,
                _table(kind, rows) if rows else None,
                element("paragraph", none_known.sentence, ID=none_ids.row) if none_known else None,
                element("paragraph", NO_INFORMATION) if is_empty else None,
            ),
            [_entry(kind.entry(*row, at)) for row in rows] if kind.entry else None,
            _entry(none_known.entry(none_ids, at)) if none_known else None,
            # Also where there is text, but nothing that the entries asked for could be made of
            nullFlavor="NI" if is_empty or (kind.entry and not rows and not none_known) else None,
        ),
    )


def _item_id(item, document_id: Identifier, kind: SectionKind, number: int) -> Identifier:
    """The item's own id, or else one that is stable in this document."""
    return getattr(item, "id", None) or stable_id(f"{document_id.root}/{kind.key}/{number}")


def _entry(statement):
    return element("entry", statement, typeCode="DRIV")


def _paragraphs(text: str):
    """A paragraph for each block of lines, and every line as it was written."""
    for block in re.split(r"\n\s*\n", clean(text)):
        if block:
            first, *lines = block.split("\n")
            yield element("paragraph", first, [(element("br"), line) for line in lines])


def _table(kind: SectionKind, rows):
    return element(
        "table",
        element("thead", element("tr", [element("th", head) for _, head, _ in kind.columns])),
        element(
            "tbody",
            [
                element(
                    "tr",
                    [
                        element("td", text(item), ID=ids.cell(column))
                        for column, _, text in kind.columns
                    ],
                    ID=ids.row,
                )
                for item, ids in rows
            ],
        ),
    )
