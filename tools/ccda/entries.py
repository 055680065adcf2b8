"""Entries: the coded statements of a section, each pointing at its words in the narrative.

Each function gets the item, the `Ids` of its row and the day the document is of, and returns the
content of one ``entry``.
"""

from dataclasses import dataclass
from datetime import datetime

from .model import (
    LOINC,
    RXNORM,
    SNOMED_CT,
    Allergy,
    Code,
    Identifier,
    Medication,
    Problem,
    stable_id,
)
from .xml import code, coded, element, ii, since, templates, text_at

ACT_CLASS = "2.16.840.1.113883.5.6"
ACT_CODE = "2.16.840.1.113883.5.4"

CONCERN = Code("CONC", ACT_CLASS, "Concern")
ASSERTION = Code("ASSERTION", ACT_CODE, "Assertion")
SEVERITY = Code("SEV", ACT_CODE, "Severity")
PROBLEM = Code("55607006", SNOMED_CT, "Problem")
PROBLEM_TRANSLATION = Code("75326-9", LOINC, "Problem")
INSTRUCTIONS = Code("76662-6", LOINC, "Instructions Medication")
# The record does not tell an allergy from an intolerance: the concept above both
PROPENSITY = Code("420134006", SNOMED_CT, "Propensity to adverse reaction")
SEVERITIES = {
    "mild": Code("255604002", SNOMED_CT, "Mild"),
    "moderate": Code("6736007", SNOMED_CT, "Moderate"),
    "severe": Code("24484000", SNOMED_CT, "Severe"),
}


@dataclass(frozen=True)
class Ids:
    """The ids of one item: its row in the narrative, and what its statements are known under."""

    row: str
    item: Identifier

    def cell(self, column: str) -> str:
        """Id of the text of `column` in the narrative."""
        return f"{self.row}-{column}"

    def part(self, name: str):
        """id of a statement about the item."""
        return ii(stable_id(f"{self.item.root}/{self.item.extension}/{name}"))


def problem(item: Problem, ids: Ids, at: datetime):
    """Problem Concern Act (V3) with one Problem Observation (V3)."""
    return _concern(
        "2.16.840.1.113883.10.20.22.4.3",
        ids,
        at,
        _observation(
            ("2.16.840.1.113883.10.20.22.4.4", "2015-08-01"),
            ii(ids.item),
            code("code", PROBLEM, code("translation", PROBLEM_TRANSLATION)),
            text_at(ids.row),
            since(item.onset),
            coded("value", item.codes, (SNOMED_CT,), ids.cell("name"), type="CD"),
        ),
    )


def allergy(item: Allergy, ids: Ids, at: datetime):
    """Allergy Concern Act (V3) with one Allergy - Intolerance Observation (V2)."""
    substance = coded("code", item.codes, (RXNORM, SNOMED_CT), ids.cell("name"))
    return _concern(
        "2.16.840.1.113883.10.20.22.4.30",
        ids,
        at,
        _observation(
            ("2.16.840.1.113883.10.20.22.4.7", "2014-06-09"),
            ii(ids.item),
            code("code", ASSERTION),
            text_at(ids.row),
            since(None),
            code("value", PROPENSITY, type="CD"),
            element(
                "participant",
                element(
                    "participantRole",
                    element("playingEntity", substance, classCode="MMAT"),
                    classCode="MANU",
                ),
                typeCode="CSM",
            ),
            _part("MFST", _reaction(item, ids)) if item.reaction or item.severity else None,
        ),
    )


def _reaction(item: Allergy, ids: Ids):
    """Reaction Observation (V2), with its severity."""
    severity = SEVERITIES.get(item.severity)
    words = ids.cell("reaction") if item.reaction else None
    return _observation(
        ("2.16.840.1.113883.10.20.22.4.9", "2014-06-09"),
        ids.part("reaction"),
        code("code", ASSERTION),
        text_at(words) if words else None,
        None,
        coded("value", (), (), words, type="CD"),
        _part("SUBJ", _severity(severity, ids)) if severity else None,
    )


def _severity(severity: Code, ids: Ids):
    """Severity Observation (V2)."""
    return _observation(
        ("2.16.840.1.113883.10.20.22.4.8", "2014-06-09"),
        None,
        code("code", SEVERITY),
        text_at(ids.cell("severity")),
        None,
        code("value", severity, type="CD"),
    )


def medication(item: Medication, ids: Ids, at: datetime):
    """Medication Activity (V2), with how to take it as Medication Free Text Sig."""
    material = coded("code", item.codes, (RXNORM,), ids.cell("name"))
    product = element(
        "manufacturedProduct",
        templates([("2.16.840.1.113883.10.20.22.4.23", "2014-06-09")]),
        element("manufacturedMaterial", material),
        classCode="MANU",
    )
    return element(
        "substanceAdministration",
        templates([("2.16.840.1.113883.10.20.22.4.16", "2014-06-09")]),
        ii(ids.item),
        text_at(ids.row),
        element("statusCode", code="active"),
        since(None, type="IVL_TS"),
        element("doseQuantity", nullFlavor="UNK"),
        element("consumable", product),
        _sig(ids) if item.dosage else None,
        classCode="SBADM",
        moodCode="EVN",
    )


def _sig(ids: Ids):
    drug = element("manufacturedLabeledDrug", nullFlavor="NA")
    return element(
        "entryRelationship",
        element(
            "substanceAdministration",
            templates([("2.16.840.1.113883.10.20.22.4.147", "")]),
            code("code", INSTRUCTIONS),
            text_at(ids.cell("dosage")),
            element("consumable", element("manufacturedProduct", drug)),
            classCode="SBADM",
            moodCode="EVN",
        ),
        typeCode="COMP",
    )


def _concern(template: str, ids: Ids, at: datetime, observation):
    """A concern that is active; it is one since the note that states it."""
    return element(
        "act",
        templates([(template, "2015-08-01")]),
        ids.part("concern"),
        code("code", CONCERN),
        element("statusCode", code="active"),
        since(at),
        element("entryRelationship", observation, typeCode="SUBJ"),
        classCode="ACT",
        moodCode="EVN",
    )


def _observation(template, id_, what, text, when, value, *more):
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
    )


def _part(relation: str, observation):
    """What is observed about the observation that it stands in."""
    return element("entryRelationship", observation, typeCode=relation, inversionInd="true")
