"""The table of sections: templates, what stands in the narrative, and how an item is coded."""

from datetime import datetime
from functools import partial

from . import entries
from .base import CODE_SYSTEM_NAMES, LOINC, Code
from .model import NoneKnown, SectionKind
from .statements import SmokingStatus
from .tables import ALLERGY_KINDS, CRITICALITIES, INTERPRETATIONS, SMOKING, UNIT_WORDS


def _codes(item) -> str:
    """The codes in words, so that the narrative says all that the entry does."""
    return ", ".join(
        f"{CODE_SYSTEM_NAMES.get(of.system, of.system)} {of.code}" for of in item.codes if of.code
    )


def _day(day) -> str:
    """A day, or a time to the minute as its author's clock had it."""
    if isinstance(day, datetime):
        return day.strftime("%Y-%m-%d %H:%M")
    return day.isoformat() if day else ""


def _status(item) -> str:
    """The status in words, with the day it ended."""
    words = item.status.capitalize()
    return f"{words}, ended {_day(item.end)}" if item.end else words


def _result(item) -> str:
    return f"{item.value} {UNIT_WORDS.get(item.unit, item.unit)}".strip()


def _interpretation(item) -> str:
    return INTERPRETATIONS.get(item.interpretation, "")


def _topic(item) -> str:
    return "Smoking" if isinstance(item, SmokingStatus) else item.name


def _answer(item) -> str:
    return SMOKING[item.status] if isinstance(item, SmokingStatus) else item.text


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
    (
        ("urgency", "Urgency", lambda item: entries.PRIORITIES[item.urgency]),
        ("service", "Asked Of", lambda item: item.service),
    ),
    entries.request,
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
    needs_entries=True,
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
        ("dosage", "Instructions", lambda item: item.sentence),
        ("indication", "Taken For", lambda item: item.indication),
        ("start", "Started", lambda item: _day(item.start)),
        ("status", "Status", lambda item: _status(item)),
    ),
    entries.medication,
    needs_entries=True,
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
        ("kind", "Kind", lambda item: ALLERGY_KINDS.get(item.kind, "")),
        ("reaction", "Reaction", lambda item: item.reaction),
        ("severity", "Severity", lambda item: item.severity.capitalize()),
        ("criticality", "Criticality", lambda item: CRITICALITIES.get(item.criticality, "")),
        ("status", "Status", lambda item: _status(item)),
    ),
    entries.allergy,
    needs_entries=True,
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
VITAL_SIGNS = SectionKind(
    "vitals",
    "Vital Signs",
    Code("8716-3", LOINC, "Vital signs"),
    (
        ("2.16.840.1.113883.10.20.22.2.4.1", "2015-08-01"),
        ("2.16.840.1.113883.10.20.22.2.4", "2015-08-01"),
    ),
    (
        ("at", "Measured", lambda item: _day(item.at)),
        ("measured", "Vital Signs", lambda item: "; ".join(one.words for one in item.measurements)),
    ),
    entries.vital_signs,
    needs_entries=True,
)
RESULTS = SectionKind(
    "results",
    "Results",
    Code("30954-2", LOINC, "Relevant diagnostic tests and laboratory data"),
    (
        ("2.16.840.1.113883.10.20.22.2.3.1", "2015-08-01"),
        ("2.16.840.1.113883.10.20.22.2.3", "2015-08-01"),
    ),
    (
        ("name", "Test", lambda item: item.name),
        ("value", "Result", _result),
        ("normal", "Normal Range", lambda item: item.normal),
        ("interpretation", "Interpretation", _interpretation),
        ("at", "Date", lambda item: _day(item.at)),
        ("codes", "Codes", _codes),
    ),
    entries.result,
    needs_entries=True,
)
IMMUNIZATIONS = SectionKind(
    "immunizations",
    "Immunizations",
    Code("11369-6", LOINC, "History of immunizations"),
    (
        ("2.16.840.1.113883.10.20.22.2.2.1", "2015-08-01"),
        ("2.16.840.1.113883.10.20.22.2.2", "2015-08-01"),
    ),
    (
        ("name", "Vaccine", lambda item: item.name),
        ("codes", "Codes", _codes),
        ("at", "Given", lambda item: _day(item.at)),
        ("lot", "Lot", lambda item: item.lot),
    ),
    entries.immunization,
    needs_entries=True,
)
PROCEDURES = SectionKind(
    "procedures",
    "Procedures",
    Code("47519-4", LOINC, "History of procedures"),
    (
        ("2.16.840.1.113883.10.20.22.2.7.1", "2014-06-09"),
        ("2.16.840.1.113883.10.20.22.2.7", "2014-06-09"),
    ),
    (
        ("name", "Procedure", lambda item: item.name),
        ("codes", "Codes", _codes),
        ("at", "Date", lambda item: _day(item.at)),
    ),
    entries.procedure,
    needs_entries=True,
)
SOCIAL_HISTORY = SectionKind(
    "socialhistory",
    "Social History",
    Code("29762-2", LOINC, "Social history"),
    (("2.16.840.1.113883.10.20.22.2.17", "2015-08-01"),),
    (
        ("name", "Topic", _topic),
        ("text", "Answer", _answer),
        ("at", "Asked", lambda item: _day(item.at)),
    ),
    entries.social,
)
VISITS = SectionKind(
    "visits",
    "Visits",
    Code("46240-8", LOINC, "History of encounters"),
    (
        ("2.16.840.1.113883.10.20.22.2.22.1", "2015-08-01"),
        ("2.16.840.1.113883.10.20.22.2.22", "2015-08-01"),
    ),
    (
        ("name", "Visit", lambda item: item.name),
        ("at", "Date", lambda item: _day(item.at)),
        ("diagnoses", "Diagnoses", lambda item: "; ".join(one.name for one in item.diagnoses)),
    ),
    entries.visit,
    needs_entries=True,
)
CARE_TEAM = SectionKind(
    "careteam",
    "Care Team",
    Code("85847-2", LOINC, "Patient care team information"),
    (("2.16.840.1.113883.10.20.22.2.500", "2022-06-01"),),
    (
        ("name", "Name", lambda item: item.name.full),
        ("role", "Role", lambda item: item.role),
        ("phone", "Phone", lambda item: item.contact.phone),
        ("since", "Since", lambda item: _day(item.since)),
    ),
    entries.care_team_member,
)
GOALS = SectionKind(
    "goals",
    "Goals",
    Code("61146-7", LOINC, "Goals"),
    (("2.16.840.1.113883.10.20.22.2.60", ""),),
    (
        ("name", "Goal", lambda item: item.name),
        ("codes", "Codes", _codes),
        ("due", "By", lambda item: _day(item.due)),
    ),
    entries.goal,
    needs_entries=True,
)
HEALTH_CONCERNS = SectionKind(
    "concerns",
    "Health Concerns",
    Code("75310-3", LOINC, "Health concerns"),
    (("2.16.840.1.113883.10.20.22.2.58", "2015-08-01"),),
    (
        ("name", "Concern", lambda item: item.name),
        ("codes", "Codes", _codes),
        ("since", "Since", lambda item: _day(item.since)),
    ),
    entries.health_concern,
    needs_entries=True,
)
