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
from .xml import code, coded, element, ii, reference, since, templates, text_at

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
ALLERGY = Code("419199007", SNOMED_CT, "Allergy to substance")
DRUG_ALLERGY = Code("416098002", SNOMED_CT, "Allergy to drug")
ANY_DRUG = Code("410942007", SNOMED_CT, "Drug or medicament")
STATUS = Code("33999-4", LOINC, "Status")
STATUSES = {
    "active": Code("55561003", SNOMED_CT, "Active"),
    "inactive": Code("73425007", SNOMED_CT, "Inactive"),
    "resolved": Code("413322009", SNOMED_CT, "Resolved"),
}
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
            since(item.onset, item.end, is_over=item.status != "active"),
            coded("value", item.codes, (SNOMED_CT,), ids.cell("name"), item.name, type="CD"),
            _part("REFR", _problem_status(item), inversion=None),
        ),
        item,
    )


def _problem_status(item: Problem):
    """Problem Status."""
    return _observation(
        ("2.16.840.1.113883.10.20.22.4.6", "2019-06-20"),
        None,
        code("code", STATUS),
        None,
        None,
        code("value", STATUSES[item.status], type="CD"),
    )


def allergy(item: Allergy, ids: Ids, at: datetime):
    """Allergy Concern Act (V3) with one Allergy - Intolerance Observation (V2)."""
    substance = coded("code", item.codes, (RXNORM, SNOMED_CT), ids.cell("name"), item.substance)
    return _concern(
        "2.16.840.1.113883.10.20.22.4.30",
        ids,
        at,
        _observation(
            ("2.16.840.1.113883.10.20.22.4.7", "2014-06-09"),
            ii(ids.item),
            code("code", ASSERTION),
            text_at(ids.row),
            since(item.onset, item.end, is_over=item.status != "active"),
            code("value", PROPENSITY, type="CD"),
            _substance(substance, element("name", item.substance)),
            _part("MFST", _reaction(item, ids)) if item.reaction or item.severity else None,
        ),
        item,
    )


def _substance(*content):
    return element(
        "participant",
        element(
            "participantRole",
            element("playingEntity", *content, classCode="MMAT"),
            classCode="MANU",
        ),
        typeCode="CSM",
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
        coded("value", (), (), words, item.reaction, type="CD"),
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
    material = coded("code", item.codes, (RXNORM,), ids.cell("name"), item.name)
    return _administration(
        ii(ids.item),
        text_at(ids.row),
        element("statusCode", code=item.status),
        since(item.start, item.end, is_over=item.status != "active", type="IVL_TS"),
        element("doseQuantity", nullFlavor="UNK"),
        _product(material, element("name", item.name)),
        _sig(item, ids) if item.dosage else None,
    )


def _administration(*content, **attributes):
    return element(
        "substanceAdministration",
        templates([("2.16.840.1.113883.10.20.22.4.16", "2014-06-09")]),
        *content,
        classCode="SBADM",
        moodCode="EVN",
        **attributes,
    )


def _product(*content):
    return element(
        "consumable",
        element(
            "manufacturedProduct",
            templates([("2.16.840.1.113883.10.20.22.4.23", "2014-06-09")]),
            element("manufacturedMaterial", *content),
            classCode="MANU",
        ),
    )


def _sig(item: Medication, ids: Ids):
    drug = element("manufacturedLabeledDrug", nullFlavor="NA")
    return element(
        "entryRelationship",
        element(
            "substanceAdministration",
            templates([("2.16.840.1.113883.10.20.22.4.147", "")]),
            code("code", INSTRUCTIONS),
            element("text", item.dosage, reference(ids.cell("dosage"))),
            element("consumable", element("manufacturedProduct", drug)),
            classCode="SBADM",
            moodCode="EVN",
        ),
        typeCode="COMP",
    )


# --- that there is none -----------------------------------------------------------------------


def no_problems(ids: Ids, at: datetime):
    """No known problems: the observation *problem*, negated."""
    return _concern(
        "2.16.840.1.113883.10.20.22.4.3",
        ids,
        at,
        _observation(
            ("2.16.840.1.113883.10.20.22.4.4", "2015-08-01"),
            ii(ids.item),
            code("code", PROBLEM, code("translation", PROBLEM_TRANSLATION)),
            text_at(ids.row),
            since(at),
            code("value", PROBLEM, type="CD"),
            negationInd="true",
        ),
    )


def no_allergies(kind: Code, ids: Ids, at: datetime):
    """No known allergies of a kind: the observation of such an allergy, negated."""
    return _concern(
        "2.16.840.1.113883.10.20.22.4.30",
        ids,
        at,
        _observation(
            ("2.16.840.1.113883.10.20.22.4.7", "2014-06-09"),
            ii(ids.item),
            code("code", ASSERTION),
            text_at(ids.row),
            since(at),
            code("value", kind, type="CD"),
            _substance(element("code", nullFlavor="NA")),
            negationInd="true",
        ),
    )


def no_medications(ids: Ids, at: datetime):
    """No current medications: the administration of any drug, negated."""
    return _administration(
        ii(ids.item),
        text_at(ids.row),
        element("statusCode", code="completed"),
        since(at, type="IVL_TS"),
        element("doseQuantity", nullFlavor="NA"),
        _product(element("code", code("translation", ANY_DRUG), nullFlavor="OTH")),
        negationInd="true",
    )


def _concern(template: str, ids: Ids, at: datetime, observation, item=None):
    """A concern since the note that states it; over when the item is."""
    is_over = item is not None and item.status != "active"
    return element(
        "act",
        templates([(template, "2015-08-01")]),
        ids.part("concern"),
        code("code", CONCERN),
        element("statusCode", code="completed" if is_over else "active"),
        since(item.onset if is_over else at, item.end if is_over else None, is_over=is_over),
        element("entryRelationship", observation, typeCode="SUBJ"),
        classCode="ACT",
        moodCode="EVN",
    )


def _observation(template, id_, what, text, when, value, *more, **attributes):
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


def _part(relation: str, observation, inversion: str | None = "true"):
    """What is observed about the observation that it stands in."""
    return element("entryRelationship", observation, typeCode=relation, inversionInd=inversion)
