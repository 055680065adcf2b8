"""Allergies and intolerances, and that there are none."""

from datetime import datetime

from ..base import LOINC, RXNORM, SNOMED_CT, Code
from ..statements import Allergy
from ..tables import ALLERGY_KIND_NAMES, CRITICALITIES, CRITICALITY
from ..xml import code, coded, element, ii, since, text_at
from .base import ACT_CODE, ASSERTION, STATUS, STATUSES, Ids, by, concern, observation, part

SEVERITY = Code("SEV", ACT_CODE, "Severity")
HOW_CRITICAL = Code("82606-5", LOINC, "Criticality")
# Where nobody has told an allergy from an intolerance: the concept above both
PROPENSITY = Code("420134006", SNOMED_CT, "Propensity to adverse reaction")
ALLERGY = Code("419199007", SNOMED_CT, "Allergy to substance")
DRUG_ALLERGY = Code("416098002", SNOMED_CT, "Allergy to drug")
SEVERITIES = {
    "mild": Code("255604002", SNOMED_CT, "Mild"),
    "moderate": Code("6736007", SNOMED_CT, "Moderate"),
    "severe": Code("24484000", SNOMED_CT, "Severe"),
}


def allergy(item: Allergy, ids: Ids, at: datetime):
    """Allergy Concern Act (V3) with one Allergy - Intolerance Observation (V2)."""
    substance = coded("code", item.codes, (RXNORM, SNOMED_CT), ids.cell("name"), item.substance)
    return concern(
        "2.16.840.1.113883.10.20.22.4.30",
        ids,
        at,
        observation(
            ("2.16.840.1.113883.10.20.22.4.7", "2014-06-09"),
            ii(ids.item),
            code("code", ASSERTION),
            text_at(ids.row),
            since(item.onset, item.end, is_over=item.status != "active"),
            code("value", _kind(item), type="CD"),
            by(ids),
            _substance(substance, element("name", item.substance)),
            part("MFST", _reaction(item, ids)) if item.reaction or item.severity else None,
            part("REFR", _allergy_status(item), inversion=None),
            part("SUBJ", _criticality(item, ids)) if item.criticality in CRITICALITIES else None,
        ),
        item,
    )


def _kind(item: Allergy) -> Code:
    if item.kind in ALLERGY_KIND_NAMES:
        return Code(item.kind, SNOMED_CT, ALLERGY_KIND_NAMES[item.kind])
    return PROPENSITY


def _allergy_status(item: Allergy):
    """Allergy Status Observation."""
    return observation(
        ("2.16.840.1.113883.10.20.22.4.28", "2019-06-20"),
        None,
        code("code", STATUS),
        None,
        None,
        code("value", STATUSES[item.status], type="CE"),
    )


def _criticality(item: Allergy, ids: Ids):
    """Criticality Observation."""
    value = Code(item.criticality, CRITICALITY, CRITICALITIES[item.criticality])
    return observation(
        ("2.16.840.1.113883.10.20.22.4.145", ""),
        None,
        code("code", HOW_CRITICAL),
        text_at(ids.cell("criticality")),
        None,
        code("value", value, type="CD"),
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
    return observation(
        ("2.16.840.1.113883.10.20.22.4.9", "2014-06-09"),
        ids.part("reaction"),
        code("code", ASSERTION),
        text_at(words) if words else None,
        None,
        coded("value", item.reaction_codes, (SNOMED_CT,), words, item.reaction, type="CD"),
        part("SUBJ", _severity(severity, ids)) if severity else None,
    )


def _severity(severity: Code, ids: Ids):
    """Severity Observation (V2)."""
    return observation(
        ("2.16.840.1.113883.10.20.22.4.8", "2014-06-09"),
        None,
        code("code", SEVERITY),
        text_at(ids.cell("severity")),
        None,
        code("value", severity, type="CD"),
    )


def no_allergies(kind: Code, ids: Ids, at: datetime):
    """No known allergies of a kind: the observation of such an allergy, negated."""
    return concern(
        "2.16.840.1.113883.10.20.22.4.30",
        ids,
        at,
        observation(
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
