"""A visit with its diagnoses."""

from datetime import datetime

from ..base import CPT, LOINC, SNOMED_CT, Code
from ..statements import Visit
from ..xml import code, coded, element, ii, reference, templates, ts
from .base import Ids, by
from .problem import problem_observation

DIAGNOSIS = Code("29308-4", LOINC, "Diagnosis")


def visit(item: Visit, ids: Ids, at: datetime):
    """Encounter Activity (V3) with an Encounter Diagnosis (V3) for each."""
    return element(
        "encounter",
        templates([("2.16.840.1.113883.10.20.22.4.49", "2015-08-01")]),
        ii(ids.item),
        coded("code", item.codes, (CPT, SNOMED_CT), ids.cell("name"), item.name),
        element("text", reference(ids.row)),
        element("effectiveTime", ts("low", item.at)),
        by(ids),
        [_diagnosis(one, ids, number) for number, one in enumerate(item.diagnoses)],
        classCode="ENC",
        moodCode="EVN",
    )


def _diagnosis(one, ids: Ids, number: int):
    observed = problem_observation(
        one, ids, ii(one.id) if one.id else ids.part(f"diagnosis{number}"), ids.cell("diagnoses")
    )
    return element(
        "entryRelationship",
        element(
            "act",
            templates([("2.16.840.1.113883.10.20.22.4.80", "2015-08-01")]),
            code("code", DIAGNOSIS),
            element("statusCode", code="active"),
            element("entryRelationship", observed, typeCode="SUBJ"),
            classCode="ACT",
            moodCode="EVN",
        ),
        typeCode="COMP",
    )
