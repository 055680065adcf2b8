"""Problems, and that there are none."""

from datetime import datetime

from ..base import LOINC, SNOMED_CT, Code
from ..statements import Problem
from ..xml import code, coded, ii, since, text_at
from .base import STATUS, STATUSES, Ids, by, concern, observation, part

PROBLEM = Code("55607006", SNOMED_CT, "Problem")
PROBLEM_TRANSLATION = Code("75326-9", LOINC, "Problem")


def problem(item: Problem, ids: Ids, at: datetime):
    """Problem Concern Act (V3) with one Problem Observation (V3)."""
    observed = problem_observation(item, ids, ii(ids.item), ids.cell("name"))
    return concern("2.16.840.1.113883.10.20.22.4.3", ids, at, observed, item)


def problem_observation(item: Problem, ids: Ids, id_, words_at: str):
    """Problem Observation (V3); its name stands in the narrative at `words_at`."""
    return observation(
        ("2.16.840.1.113883.10.20.22.4.4", "2015-08-01"),
        id_,
        code("code", PROBLEM, code("translation", PROBLEM_TRANSLATION)),
        text_at(ids.row),
        since(item.onset, item.end, is_over=item.status != "active"),
        coded("value", item.codes, (SNOMED_CT,), words_at, item.name, type="CD"),
        by(ids),
        part("REFR", _problem_status(item), inversion=None),
    )


def _problem_status(item: Problem):
    """Problem Status."""
    return observation(
        ("2.16.840.1.113883.10.20.22.4.6", "2019-06-20"),
        None,
        code("code", STATUS),
        None,
        None,
        code("value", STATUSES[item.status], type="CD"),
    )


def no_problems(ids: Ids, at: datetime):
    """No known problems: the observation *problem*, negated."""
    return concern(
        "2.16.840.1.113883.10.20.22.4.3",
        ids,
        at,
        observation(
            ("2.16.840.1.113883.10.20.22.4.4", "2015-08-01"),
            ii(ids.item),
            code("code", PROBLEM, code("translation", PROBLEM_TRANSLATION)),
            text_at(ids.row),
            since(at),
            code("value", PROBLEM, type="CD"),
            negationInd="true",
        ),
    )
