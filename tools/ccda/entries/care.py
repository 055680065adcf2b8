"""Who cares for the patient, what is to be reached, and what worries."""

from datetime import datetime

from ..base import LOINC, SNOMED_CT, Code
from ..statements import CareTeamMember, Goal, HealthConcern, Problem
from ..xml import (
    SDTC,
    address,
    code,
    coded,
    element,
    ii,
    person_name,
    since,
    telecoms,
    templates,
    text_at,
    ts,
)
from .base import Ids, by
from .problem import problem_observation

CARE_TEAM = Code("86744-0", LOINC, "Care team")
CARE_TEAM_INFORMATION = Code("85847-2", LOINC, "Patient Care team information")
CONCERN = Code("75310-3", LOINC, "Health concerns")


def care_team_member(item: CareTeamMember, ids: Ids, at: datetime):
    """Care Team Organizer with one Care Team Member Act (Companion Guide R4.1)."""
    return element(
        "organizer",
        templates([("2.16.840.1.113883.10.20.22.4.500", "2022-06-01")]),
        ii(ids.item),
        code("code", CARE_TEAM),
        element("statusCode", code="active"),
        element("effectiveTime", ts("low", item.since)),
        by(ids),
        element("component", _member(item, ids)),
        classCode="CLUSTER",
        moodCode="EVN",
    )


def _member(item: CareTeamMember, ids: Ids):
    return element(
        "act",
        templates([("2.16.840.1.113883.10.20.22.4.500.1", "2022-06-01")]),
        ids.part("member"),
        code("code", CARE_TEAM_INFORMATION),
        text_at(ids.row),
        element("statusCode", code="active"),
        element("effectiveTime", ts("low", item.since)),
        element(
            "performer",
            _role(item.role) if item.role.strip() else None,
            element(
                "assignedEntity",
                ids.part("person"),
                address(item.contact.address, use="WP"),
                telecoms(item.contact),
                element("assignedPerson", person_name(item.name)),
            ),
            typeCode="PRF",
        ),
        classCode="PCPR",
        moodCode="EVN",
    )


def _role(words: str):
    return element("functionCode", element("originalText", words), nullFlavor="UNK", space=SDTC)


def goal(item: Goal, ids: Ids, at: datetime):
    """Goal Observation. Whose goal it is nobody has said: the author wrote it down."""
    return element(
        "observation",
        templates([("2.16.840.1.113883.10.20.22.4.121", "")]),
        ii(ids.item),
        coded("code", item.codes, (LOINC, SNOMED_CT), ids.cell("name"), item.name),
        text_at(ids.row),
        element("statusCode", code="active"),
        element("effectiveTime", ts("high", item.due)) if item.due else None,
        element("value", item.name, type="ST") if item.name.strip() else None,
        by(ids),
        classCode="OBS",
        moodCode="GOL",
    )


def health_concern(item: HealthConcern, ids: Ids, at: datetime):
    """Health Concern Act (V2) with one Problem Observation (V3)."""
    observed = Problem(item.name, item.codes, item.since)
    return element(
        "act",
        templates([("2.16.840.1.113883.10.20.22.4.132", "2015-08-01")]),
        ii(ids.item),
        code("code", CONCERN),
        element("statusCode", code="active"),
        since(item.since),
        by(ids),
        element(
            "entryRelationship",
            problem_observation(observed, ids, ids.part("observed"), ids.cell("name")),
            typeCode="REFR",
        ),
        classCode="ACT",
        moodCode="EVN",
    )
