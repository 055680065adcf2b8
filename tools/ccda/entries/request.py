"""What the referral asks for."""

from datetime import datetime

from ..base import SNOMED_CT, Code
from ..statements import Request
from ..xml import code, element, ii, templates, text_at, ts
from .base import Ids, by

CONSULTATION = Code("44383000", SNOMED_CT, "Patient referral for consultation")
PRIORITY = "2.16.840.1.113883.5.7"
PRIORITIES = {"R": "Routine", "UR": "Urgent", "EM": "Emergency"}


def request(item: Request, ids: Ids, at: datetime):
    """Patient Referral Act: how soon, and which service is wanted."""
    priority = Code(item.urgency, PRIORITY, PRIORITIES[item.urgency])
    wanted = element("originalText", item.service) if item.service.strip() else None
    return element(
        "act",
        templates([("2.16.840.1.113883.10.20.22.4.140", "")]),
        ii(ids.item),
        code("code", CONSULTATION, wanted),
        text_at(ids.row),
        element("statusCode", code="active"),
        ts("effectiveTime", at),
        code("priorityCode", priority),
        by(ids),
        classCode="PCPR",
        moodCode="RQO",
    )
