"""Smoking status and how somebody lives."""

from datetime import datetime

from ..base import LOINC, SNOMED_CT, Code
from ..statements import SmokingStatus, SocialHistory
from ..tables import SMOKING
from ..xml import code, coded, element, ii, text_at, ts
from .base import Ids, by, observation

TOBACCO = Code("72166-2", LOINC, "Tobacco smoking status NHIS")


def social(item: SmokingStatus | SocialHistory, ids: Ids, at: datetime):
    """Smoking Status - Meaningful Use (V2), or Social History Observation (V3)."""
    if isinstance(item, SmokingStatus):
        value = Code(item.status, SNOMED_CT, SMOKING[item.status])
        return observation(
            ("2.16.840.1.113883.10.20.22.4.78", "2014-06-09"),
            ii(ids.item),
            code("code", TOBACCO),
            text_at(ids.row),
            ts("effectiveTime", item.at),
            code("value", value, type="CD"),
            by(ids),
        )
    what = coded("code", item.codes, (LOINC,), ids.cell("name"), item.name)
    if what.get("codeSystem") != LOINC and what.find("{*}translation") is None:
        what.append(element("translation", nullFlavor="UNK"))
    return observation(
        ("2.16.840.1.113883.10.20.22.4.38", "2015-08-01"),
        ii(ids.item),
        what,
        text_at(ids.row, "" if item.codes else item.name),
        ts("effectiveTime", item.at),
        element("value", item.text, type="ST") if item.text.strip() else None,
        by(ids),
    )
