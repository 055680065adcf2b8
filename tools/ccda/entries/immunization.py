"""Vaccines that were given."""

from datetime import datetime

from ..base import CVX
from ..statements import Immunization
from ..xml import coded, element, ii, templates, text_at, ts
from .base import Ids, by


def immunization(item: Immunization, ids: Ids, at: datetime):
    """Immunization Activity (V3)."""
    return element(
        "substanceAdministration",
        templates([("2.16.840.1.113883.10.20.22.4.52", "2015-08-01")]),
        ii(ids.item),
        text_at(ids.row),
        element("statusCode", code="completed"),
        ts("effectiveTime", item.at),
        element(
            "consumable",
            element(
                "manufacturedProduct",
                templates([("2.16.840.1.113883.10.20.22.4.54", "2014-06-09")]),
                element(
                    "manufacturedMaterial",
                    coded("code", item.codes, (CVX,), ids.cell("name"), item.name),
                    element("lotNumberText", item.lot) if item.lot else None,
                ),
                classCode="MANU",
            ),
        ),
        by(ids),
        classCode="SBADM",
        moodCode="EVN",
        negationInd="false",
    )
