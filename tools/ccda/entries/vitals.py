"""Vital signs: an organizer for each time, an observation for each measurement."""

from datetime import datetime

from ..base import LOINC, SNOMED_CT, Code
from ..statements import Measurement, VitalSigns
from ..tables import VITAL_SIGNS
from ..xml import code, element, ii, templates, text_at, ts
from .base import Ids, by, observation

VITALS = Code("46680005", SNOMED_CT, "Vital signs")
PANEL = Code(
    "74728-7", LOINC, "Vital signs, weight, height, head circumference, oximetry, BMI, BSA panel"
)


def vital_signs(item: VitalSigns, ids: Ids, at: datetime):
    """Vital Signs Organizer (V3) with a Vital Sign Observation (V2) for each measurement."""
    return element(
        "organizer",
        templates([("2.16.840.1.113883.10.20.22.4.26", "2015-08-01")]),
        ii(ids.item),
        code("code", VITALS, code("translation", PANEL)),
        element("statusCode", code="completed"),
        element("effectiveTime", ts("low", item.at), ts("high", item.at)),
        by(ids),
        [element("component", _measured(one, item, ids)) for one in item.measurements],
        classCode="CLUSTER",
        moodCode="EVN",
    )


def _measured(one: Measurement, item: VitalSigns, ids: Ids):
    return observation(
        ("2.16.840.1.113883.10.20.22.4.27", "2014-06-09"),
        ids.part(one.kind),
        code("code", VITAL_SIGNS[one.kind].code),
        text_at(ids.row),
        ts("effectiveTime", item.at),
        element("value", value=one.value, unit=one.ucum, type="PQ"),
        by(ids),
    )
