"""Medications, and that there are none."""

from datetime import datetime

from ..base import LOINC, RXNORM, SNOMED_CT, Code
from ..statements import Medication
from ..xml import code, coded, element, ii, reference, since, templates, text_at
from .base import Ids

INSTRUCTIONS = Code("76662-6", LOINC, "Instructions Medication")
ANY_DRUG = Code("410942007", SNOMED_CT, "Drug or medicament")


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
