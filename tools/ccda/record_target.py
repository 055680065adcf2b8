"""The patient in the header, and those close to them."""

from .base import Code
from .patient import DECLINED, ETHNICITIES, RACES, RELATIONS, Patient, RelatedPerson
from .xml import SDTC, address, code, element, ii, person_name, phone, telecoms, ts, unknown

GENDER = "2.16.840.1.113883.5.1"
GENDERS = {"F": "Female", "M": "Male", "UN": "Undifferentiated"}
RACE_AND_ETHNICITY = "2.16.840.1.113883.6.238"
ROLE = "2.16.840.1.113883.5.111"


def patient_role(patient: Patient):
    return element(
        "patientRole",
        ii(patient.id),
        address(patient.contact.address, use="HP"),
        telecoms(patient.contact, use="HP"),
        [phone(number, use="MC") for number in patient.phones],
        element(
            "patient",
            person_name(patient.name, use="L"),
            [_former_name(name) for name in patient.former_names],
            _gender(patient.sex),
            ts("birthTime", patient.birth_date),
            _races(patient.races),
            _category("ethnicGroupCode", patient.ethnicity, ETHNICITIES),
            [_guardian(person) for person in patient.guardians],
            _language(patient.language) if patient.language else None,
        ),
    )


def _former_name(name):
    """A name that is over; since when is not known."""
    made = person_name(name)
    made.append(element("validTime", unknown("high")))
    return made


def _gender(sex):
    if sex in GENDERS:
        gender = Code(sex, GENDER, GENDERS[sex])
        return code("administrativeGenderCode", gender)
    return element("administrativeGenderCode", nullFlavor=sex or "UNK")


def _races(races):
    """The first as CDA has it, those that are more as the extension for several."""
    first, *more = [race for race in races if race in RACES or race == DECLINED] or [""]
    yield _category("raceCode", first, RACES)
    for race in more:
        yield _category("raceCode", race, RACES, space=SDTC)


def _category(tag, key, table, **where):
    if key in table:
        return code(tag, Code(key, RACE_AND_ETHNICITY, table[key]), **where)
    return element(tag, nullFlavor=DECLINED if key == DECLINED else "UNK", **where)


def _language(language):
    return element(
        "languageCommunication",
        element("languageCode", code=language),
        element("preferenceInd", value="true"),
    )


def _guardian(person: RelatedPerson):
    return element(
        "guardian",
        _relation(person),
        address(person.contact.address, use="HP"),
        telecoms(person.contact, use="HP"),
        element("guardianPerson", person_name(person.name)),
    )


def emergency_contact(person: RelatedPerson):
    """Whom to call in an emergency, as a participant of the document."""
    return element(
        "participant",
        element(
            "associatedEntity",
            _relation(person),
            address(person.contact.address, use="HP"),
            telecoms(person.contact, use="HP"),
            element("associatedPerson", person_name(person.name)),
            classCode="ECON",
        ),
        typeCode="IND",
    )


def _relation(person: RelatedPerson):
    if person.relation not in RELATIONS:
        return None
    return code("code", Code(person.relation, ROLE, RELATIONS[person.relation]))
