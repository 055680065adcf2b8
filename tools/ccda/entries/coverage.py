"""Insurance: a coverage with its policy."""

from datetime import datetime

from ..base import LOINC, Code, Identifier
from ..patient import Coverage
from ..xml import code, element, ii, organization_name, templates, text_at, unknown
from .base import Ids

COVERAGE = Code("48768-6", LOINC, "Payment sources")
PAYER = Code("PAYOR", "2.16.840.1.113883.5.110", "Payor")
SELF = Code("SELF", "2.16.840.1.113883.5.111", "Self")


def coverage(item: Coverage, ids: Ids, at: datetime):
    """Coverage Activity (V3) with one Policy Activity (V3)."""
    return _act(
        ("2.16.840.1.113883.10.20.22.4.60", "2015-08-01"),
        ii(ids.item),
        code("code", COVERAGE),
        text_at(ids.row),
        element("statusCode", code="completed"),
        element("entryRelationship", _policy(item, ids), typeCode="COMP"),
    )


def _policy(item: Coverage, ids: Ids):
    group = Identifier(ids.child("group").root, item.group) if item.group else ids.child("policy")
    member = Identifier(ids.child("member").root, item.member) if item.member else None
    return _act(
        ("2.16.840.1.113883.10.20.22.4.61", "2015-08-01"),
        ii(group),
        element("code", unknown("translation"), nullFlavor="UNK"),
        element("statusCode", code="completed"),
        element(
            "performer",
            templates([("2.16.840.1.113883.10.20.22.4.87", "")]),
            element(
                "assignedEntity",
                ii(ids.child("payer")),
                code("code", PAYER),
                element("representedOrganization", organization_name(item.payer)),
            ),
            typeCode="PRF",
        ),
        element(
            "participant",
            templates([("2.16.840.1.113883.10.20.22.4.89", "")]),
            element(
                "participantRole",
                ii(member) if member else unknown("id"),
                code("code", SELF),
                classCode="PAT",
            ),
            typeCode="COV",
        ),
        element("entryRelationship", _plan(item, ids), typeCode="REFR"),
    )


def _plan(item: Coverage, ids: Ids):
    """The plan as its card calls it."""
    return element(
        "act",
        ii(ids.child("plan")),
        element("code", nullFlavor="UNK"),
        element("text", item.plan or item.payer),
        classCode="ACT",
        moodCode="DEF",
    )


def _act(template, *content):
    return element("act", templates([template]), *content, classCode="ACT", moodCode="EVN")
