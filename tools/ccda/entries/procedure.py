"""What was done."""

from datetime import datetime

from ..base import CPT, ICD10_PCS, SNOMED_CT
from ..statements import Procedure
from ..xml import coded, element, ii, templates, text_at, ts
from .base import Ids, by

SYSTEMS = (SNOMED_CT, CPT, ICD10_PCS)


def procedure(item: Procedure, ids: Ids, at: datetime):
    """Procedure Activity Procedure (V2)."""
    return element(
        "procedure",
        templates([("2.16.840.1.113883.10.20.22.4.14", "2014-06-09")]),
        ii(ids.item),
        coded("code", item.codes, SYSTEMS, ids.cell("name"), item.name),
        text_at(ids.row, "" if item.codes else item.name),
        element("statusCode", code="completed"),
        ts("effectiveTime", item.at),
        by(ids),
        classCode="PROC",
        moodCode="EVN",
    )
