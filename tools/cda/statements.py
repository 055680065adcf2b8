"""What a document says beside problems, medications and allergies, read into `ccda.statements`.

Vital signs, results, immunizations, procedures, smoking and social history, visits with their
diagnoses, care team, goals and health concerns. As in `entries`, only what is said for certain is
read: what is negated, nullified or built in a way not known here stays in the narrative.
"""

from collections.abc import Iterator
from contextlib import suppress

from .. import ccda
from ..ccda.tables import INTERPRETATIONS, SMOKING, VITAL_SIGNS
from .demographics import person_name, phones_of
from .entries import Texts, holds, read_codes, template_roots
from .nodes import attribute, child, children, day, instant, is_null, local_name, words
from .parse import Document

_C_CDA = "2.16.840.1.113883.10.20.22.4."
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MOODS = ("EVN", "INT", "GOL", "")
KINDS_OF_VITAL_SIGN = {row.code.code: kind for kind, row in VITAL_SIGNS.items()}
# LOINC codes of what is measured in more than one way
KINDS_OF_VITAL_SIGN |= {"2708-6": "oxygen", "3141-9": "weight", "8306-3": "height"}


def read(document: Document) -> dict[str, tuple]:
    """Return the statements of a document by kind, a key of `READERS`. Never raises."""
    found = {kind: [] for kind in READERS}
    for section in document.all_sections():
        texts = Texts(section)
        for entry in section.entries:
            for kind, (template, reader) in READERS.items():
                for element in _with_template(entry, _C_CDA + template):
                    with suppress(ValueError):
                        found[kind].extend(filter(None, [reader(element, texts)]))
    return {kind: tuple(items) for kind, items in found.items() if items}


def _with_template(entry, template) -> Iterator:
    for act in entry:
        for element in act.iter("{*}*"):
            has_template = local_name(element) and template in template_roots(element)
            if has_template and holds(element, MOODS):
                yield element


def _at(element):
    """When: a time where the hour is said, else a day; of an interval its beginning."""
    for node in (element, child(element, "low"), child(element, "high")):
        if at := instant(node):
            has_hour = len(attribute(node, "value")) > 8
            return at if has_hour and at.tzinfo else day(node)
    return None


def _vital_signs(organizer, texts):
    measured = {}
    for component in children(organizer, "component", "observation"):
        value = child(component, "value")
        kind = KINDS_OF_VITAL_SIGN.get(attribute(child(component, "code"), "code"))
        if kind and holds(component) and not is_null(value):
            number, unit = attribute(value, "value"), attribute(value, "unit")
            with suppress(ValueError):
                measured.setdefault(kind, ccda.Measurement(kind, number, _usual(kind, unit)))
    at = _at(child(organizer, "effectiveTime"))
    return ccda.VitalSigns(at, tuple(measured.values())) if measured and at else None


def _usual(kind, unit):
    return "" if unit == VITAL_SIGNS[kind].units[0] else unit or "unknown"


def _result(observation, texts):
    value = child(observation, "value")
    if is_null(value):
        return None
    code = child(observation, "code")
    is_quantity = attribute(value, "value") and value.get(_XSI_TYPE) == "PQ"
    interpretation = attribute(child(observation, "interpretationCode"), "code")
    ranges = child(observation, "referenceRange", "observationRange")
    return ccda.Result(
        texts.name(code),
        attribute(value, "value") if is_quantity else words(value) or texts.name(value),
        attribute(value, "unit") if is_quantity else "",
        read_codes(code),
        _at(child(observation, "effectiveTime")),
        interpretation if interpretation in INTERPRETATIONS else "",
        words(child(ranges, "value")) or words(child(ranges, "text")),
    )


def _immunization(given, texts):
    material = child(given, "consumable", "manufacturedProduct", "manufacturedMaterial")
    code = child(material, "code")
    return ccda.Immunization(
        texts.name(code),
        read_codes(code),
        day(child(given, "effectiveTime")),
        words(child(material, "lotNumberText")),
    )


def _procedure(done, texts):
    code = child(done, "code")
    when = child(done, "effectiveTime")
    return ccda.Procedure(texts.name(code), read_codes(code), day(when) or day(child(when, "low")))


def _smoking(observation, texts):
    status = attribute(child(observation, "value"), "code")
    at = day(child(observation, "effectiveTime"))
    return ccda.SmokingStatus(status, at) if status in SMOKING and at else None


def _social(observation, texts):
    code = child(observation, "code")
    value = child(observation, "value")
    said = words(value) or texts.name(value)
    if not said:
        return None
    at = day(child(observation, "effectiveTime"))
    return ccda.SocialHistory(texts.name(code), said, read_codes(code), at)


def _visit(encounter, texts):
    code = child(encounter, "code")
    at = _at(child(encounter, "effectiveTime"))
    diagnoses = []
    for act in children(encounter, "entryRelationship", "act"):
        for observation in children(act, "entryRelationship", "observation"):
            value = child(observation, "value")
            if holds(observation) and (name := texts.name(value)):
                onset = day(child(observation, "effectiveTime", "low"))
                diagnoses.append(ccda.Problem(name, read_codes(value), onset))
    return at and ccda.Visit(texts.name(code), at, tuple(diagnoses), read_codes(code))


def _care_team_member(act, texts):
    performer = child(act, "performer")
    entity = child(performer, "assignedEntity")
    role = next(
        (node for node in performer if local_name(node, any_space=True) == "functionCode"), None
    )
    return ccda.CareTeamMember(
        person_name(child(entity, "assignedPerson")),
        attribute(role, "displayName") or words(role),
        ccda.Contact(phone=next(iter(phones_of(entity)), "")),
        day(child(act, "effectiveTime", "low")),
    )


def _goal(observation, texts):
    code = child(observation, "code")
    name = words(child(observation, "value")) or texts.name(code)
    return ccda.Goal(name, day(child(observation, "effectiveTime", "high")), read_codes(code))


def _health_concern(act, texts):
    for observation in children(act, "entryRelationship", "observation"):
        value = child(observation, "value")
        if name := texts.name(value):
            since = day(child(act, "effectiveTime", "low"))
            return ccda.HealthConcern(name, since, read_codes(value))
    return None


# Kind -> (template, reader of an element that has it)
READERS = {
    "vitals": ("26", _vital_signs),
    "results": ("2", _result),
    "immunizations": ("52", _immunization),
    "procedures": ("14", _procedure),
    "smoking": ("78", _smoking),
    "social": ("38", _social),
    "visits": ("49", _visit),
    "careteam": ("500.1", _care_team_member),
    "goals": ("121", _goal),
    "concerns": ("132", _health_concern),
}
