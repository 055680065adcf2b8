"""Whom a file is about, as far as it says so itself.

A file that names two patients says nothing: nobody could tell which of them is meant.
"""

import io
import re
from collections.abc import Iterator
from datetime import date

from .. import hl7, safe_xml
from ..cda import parse
from ..incoming import WORD_MAX, of_demographics, one_line
from ..matching import Person
from . import optional
from .budget import Unopened
from .kinds import Kind
from .records import fhir_objects
from .text import decode

SEXES = {
    "f": "female",
    "female": "female",
    "m": "male",
    "male": "male",
    "o": "other",
    "other": "other",
    "a": "other",
    "u": "unknown",
    "unknown": "unknown",
}
OFFICIAL = ("official", "usual", "")  # uses of a name, the best first
MANY = 20  # record numbers looked at


def said_by(kind: Kind, content: bytes) -> Person | None:
    """Return the patient that a file names, or `None`. Never raises for what it is given."""
    reader = READERS.get(kind)
    if reader is None:
        return None
    try:
        persons = {person for person in reader(content) if person}
    except (Unopened, parse.Unreadable, safe_xml.Refused, hl7.NotHl7):
        return None  # said where the file is opened
    return persons.pop() if len(persons) == 1 else None


def _of_cda(content) -> Iterator[Person]:
    clinical = parse.read(content)
    if parse.MANY_PATIENTS not in clinical.notices:
        yield of_demographics(clinical.patient)


def _of_hl7(content) -> Iterator[Person]:
    for segment in hl7.read(decode(content).text):
        if segment.name == "PID":
            numbers = [segment.parts(one)[0] for one in segment.repetitions(3)]
            yield _person(
                given=segment.component(5, 2),
                family=segment.component(5, 1),
                birth_date=segment.component(7, 1),
                sex=segment.component(8, 1),
                postal_code=segment.component(11, 5),
                record_numbers=numbers,
            )


def _of_fhir(content) -> Iterator[Person]:
    for resource in fhir_objects(content):
        if resource.get("resourceType") == "Patient":
            name = _best_name(resource.get("name"))
            yield _person(
                given=" ".join(_strings(name.get("given"))),
                family=name.get("family"),
                full=name.get("text"),
                birth_date=resource.get("birthDate"),
                sex=resource.get("gender"),
                postal_code=next(_of_each(resource.get("address"), "postalCode"), ""),
                record_numbers=_of_each(resource.get("identifier"), "value"),
            )


def _best_name(names):
    """Return the name that is used now: maiden and former ones are old."""
    names = [name for name in _list(names) if isinstance(name, dict)]
    now = [name for name in names if name.get("use", "") in OFFICIAL and not _ended(name)]
    now.sort(key=lambda name: OFFICIAL.index(name.get("use", "")))
    return next(iter(now or names), {})


def _ended(name):
    period = name.get("period")
    return isinstance(period, dict) and "end" in period


def _of_ccr(content) -> Iterator[Person]:
    root, _notices = safe_xml.read(content)
    patients = {(found.text or "").strip() for found in root.iterfind("{*}Patient/{*}ActorID")}
    for actor in root.iterfind("{*}Actors/{*}Actor"):
        if (actor.findtext("{*}ActorObjectID") or "").strip() in patients:
            name = "{*}Person/{*}Name/{*}CurrentName/{*}"
            yield _person(
                given=" ".join(found.text or "" for found in actor.iterfind(f"{name}Given")),
                family=actor.findtext(f"{name}Family"),
                birth_date=actor.findtext("{*}Person/{*}DateOfBirth/{*}ExactDateTime"),
                sex=actor.findtext("{*}Person/{*}Gender/{*}Text"),
                postal_code=actor.findtext("{*}Address/{*}PostalCode"),
                record_numbers=[found.text for found in actor.iterfind("{*}IDs/{*}ID")],
            )


def _of_dicom(content) -> Iterator[Person]:
    pydicom = optional.load("pydicom")
    try:
        image = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
        name = image.get("PatientName", "")
        yield _person(
            given=str(getattr(name, "given_name", "")),
            family=str(getattr(name, "family_name", "")),
            birth_date=str(image.get("PatientBirthDate", "")),
            sex=str(image.get("PatientSex", "")),
            record_numbers=[str(image.get("PatientID", ""))],
        )
    except Exception:  # noqa: BLE001 - the library raises all sorts of things
        return


READERS = {
    Kind.CDA: _of_cda,
    Kind.HL7: _of_hl7,
    Kind.FHIR: _of_fhir,
    Kind.CCR: _of_ccr,
    Kind.DICOM: _of_dicom,
}


def _person(*, birth_date="", sex="", record_numbers=(), **words) -> Person:
    numbers = (one_line(one, WORD_MAX) for one in record_numbers if isinstance(one, str))
    return Person(
        **{name: _word(value) for name, value in words.items()},
        birth_date=_day(_word(birth_date)),
        sex=SEXES.get(_word(sex).lower(), ""),
        record_numbers=tuple(number for number in numbers if number)[:MANY],
    )


def _word(value):
    return one_line(value, WORD_MAX) if isinstance(value, str) else ""


def _day(written):
    if not (found := re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d{1,3}$)", written)):
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def _list(value):
    return value if isinstance(value, list) else [value]


def _strings(value):
    return [one for one in _list(value) if isinstance(one, str)]


def _of_each(values, key):
    return (one[key] for one in _list(values) if isinstance(one, dict) and key in one)
