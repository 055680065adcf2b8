"""Medications, and that there are none."""

import re
from datetime import datetime

from ..base import LOINC, RXNORM, SNOMED_CT, Code
from ..statements import Medication
from ..tables import FREQUENCIES, NCI, ROUTE_NAMES, ROUTES
from ..xml import code, coded, element, ii, reference, since, templates, text_at
from .base import ASSERTION, Ids, by, observation
from .problem import PROBLEM, PROBLEM_TRANSLATION

INSTRUCTIONS = Code("76662-6", LOINC, "Instructions Medication")
_NUMBER = re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?")
ANY_DRUG = Code("410942007", SNOMED_CT, "Drug or medicament")


def medication(item: Medication, ids: Ids, at: datetime):
    """Medication Activity (V2), with how to take it as Medication Free Text Sig."""
    material = coded("code", item.codes, (RXNORM,), ids.cell("name"), item.name)
    return _administration(
        ii(ids.item),
        text_at(ids.row),
        element("statusCode", code=item.status),
        since(item.start, item.end, is_over=item.status != "active", type="IVL_TS"),
        _how_often(item),
        _route(item),
        _dose(item),
        _product(material, element("name", item.name)),
        by(ids),
        _indication(item, ids) if item.indication else None,
        _sig(item, ids) if item.sentence else None,
        _as_needed(item, ids) if item.is_as_needed else None,
    )


def _how_often(item: Medication):
    frequency = FREQUENCIES.get(item.frequency)
    if not frequency:
        return None
    return element(
        "effectiveTime",
        element("period", value=str(frequency.period), unit=frequency.unit),
        type="PIVL_TS",
        operator="A",
        institutionSpecified="true" if frequency.is_by_meals else "false",
    )


def _route(item: Medication):
    if item.route not in ROUTES:
        return None
    return code("routeCode", Code(item.route, NCI, ROUTE_NAMES[item.route]))


def _dose(item: Medication):
    """A number with its unit. What is no number is in the sentence only."""
    if not _NUMBER.fullmatch(item.dose):
        return element("doseQuantity", nullFlavor="UNK")
    return element("doseQuantity", value=item.dose, unit=item.unit)


def _indication(item: Medication, ids: Ids):
    """Indication (V2): what it is taken for, in words."""
    return element(
        "entryRelationship",
        observation(
            ("2.16.840.1.113883.10.20.22.4.19", "2014-06-09"),
            ids.part("indication"),
            code("code", PROBLEM, code("translation", PROBLEM_TRANSLATION)),
            None,
            None,
            coded("value", (), (), ids.cell("indication"), item.indication, type="CD"),
        ),
        typeCode="RSON",
    )


def _as_needed(item: Medication, ids: Ids):
    """Precondition for Substance Administration (V2): what it is needed for, or just needed."""
    reason = item.as_needed_for or "as needed"
    return element(
        "precondition",
        element(
            "criterion",
            templates([("2.16.840.1.113883.10.20.22.4.25", "2014-06-09")]),
            code("code", ASSERTION),
            coded("value", (), (), ids.cell("dosage"), reason, type="CD"),
        ),
        typeCode="PRCN",
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
            element("text", item.sentence, reference(ids.cell("dosage"))),
            element("consumable", element("manufacturedProduct", drug)),
            classCode="SBADM",
            moodCode="EVN",
        ),
        typeCode="COMP",
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
