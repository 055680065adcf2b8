"""Results of laboratories and other tests."""

import re
from datetime import datetime

from ..base import LOINC, Code
from ..statements import Result
from ..tables import INTERPRETATIONS, RESULT_UNITS
from ..xml import code, coded, element, ii, templates, text_at, ts
from .base import Ids, by, observation

INTERPRETATION = "2.16.840.1.113883.5.83"
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,8})?")


def result(item: Result, ids: Ids, at: datetime):
    """Result Organizer (V3) with one Result Observation (V3)."""
    what = coded("code", item.codes, (LOINC,), ids.cell("name"), item.name)
    return element(
        "organizer",
        templates([("2.16.840.1.113883.10.20.22.4.1", "2015-08-01")]),
        ids.part("organizer"),
        coded("code", item.codes, (LOINC,), ids.cell("name"), item.name),
        element("statusCode", code="completed"),
        element("effectiveTime", ts("low", item.at), ts("high", item.at)),
        by(ids),
        element(
            "component",
            observation(
                ("2.16.840.1.113883.10.20.22.4.2", "2015-08-01"),
                ii(ids.item),
                what,
                text_at(ids.row, "" if item.codes else item.name),
                ts("effectiveTime", item.at),
                _value(item),
                _interpretation(item),
                by(ids),
                _normal(item) if item.normal else None,
            ),
        ),
        classCode="BATTERY",
        moodCode="EVN",
    )


def _value(item: Result):
    """A quantity where the unit is UCUM's, else the words as reported: nothing is guessed."""
    if item.unit in RESULT_UNITS and _NUMBER.fullmatch(item.value):
        return element("value", value=item.value, unit=item.unit, type="PQ")
    words = f"{item.value} {item.unit}".strip()
    return element("value", words, nullFlavor="" if words else "UNK", type="ST")


def _interpretation(item: Result):
    if item.interpretation not in INTERPRETATIONS:
        return None
    known = Code(item.interpretation, INTERPRETATION, INTERPRETATIONS[item.interpretation])
    return code("interpretationCode", known)


def _normal(item: Result):
    return element(
        "referenceRange",
        element("observationRange", element("value", item.normal, type="ST")),
    )
