"""Whom a document is about, as EHRs know patients. What a record does not have stays empty."""

from dataclasses import dataclass
from datetime import date

from .base import Contact, Identifier, Name, Person

NOT_KNOWN = Contact()

# HL7 AdministrativeGender, as most other formats say it; what is not known is not here
SEX_WORDS = {"F": "female", "M": "male", "UN": "other", "OTH": "other"}

# Code -> what it says. Race and ethnicity: the categories of the Office of Management and Budget
# (1997), in the code system of the CDC. Who was asked and did not answer is *declined*; who was not
# asked has none of these.
RACES = {
    "1002-5": "American Indian or Alaska Native",
    "2028-9": "Asian",
    "2054-5": "Black or African American",
    "2076-8": "Native Hawaiian or Other Pacific Islander",
    "2106-3": "White",
}
ETHNICITIES = {
    "2135-2": "Hispanic or Latino",
    "2186-5": "Not Hispanic or Latino",
}
DECLINED = "ASKU"

# HL7 RoleCode: what somebody is to the patient
RELATIONS = {
    "MTH": "Mother",
    "FTH": "Father",
    "PRN": "Parent",
    "GRPRN": "Grandparent",
    "SPS": "Spouse",
    "DOMPART": "Domestic partner",
    "CHILD": "Child",
    "SIB": "Sibling",
    "FAMMEMB": "Family member",
    "FRND": "Friend",
    "GUARD": "Guardian",
}


@dataclass(frozen=True, repr=False)
class RelatedPerson:
    """Somebody close to the patient; `relation` is a key of `RELATIONS`, or empty."""

    name: Name
    relation: str = ""
    contact: Contact = NOT_KNOWN


@dataclass(frozen=True, repr=False)
class Coverage:
    """An insurance that pays for the patient's care, as its card says."""

    payer: str
    member: str = ""
    group: str = ""
    plan: str = ""
    id: Identifier | None = None


@dataclass(frozen=True, repr=False)
class Patient:
    """A patient. What is not known is empty.

    :param id: the record number, `root` being who gives it out
    :param sex: F, M, UN (undifferentiated), OTH for another one, or empty
    :param is_name_guessed: nobody has said which words of the name are the family name
    :param former_names: whom documents may still speak of
    :param races: keys of `RACES`, or only `DECLINED`
    :param ethnicity: key of `ETHNICITIES`, or `DECLINED`
    :param language: the one preferred to speak, as RFC 5646 has it
    :param phones: further ones, beside that of `contact`
    """

    id: Identifier
    name: Name
    birth_date: date | None = None
    sex: str = ""
    contact: Contact = NOT_KNOWN
    is_name_guessed: bool = False
    former_names: tuple[Name, ...] = ()
    races: tuple[str, ...] = ()
    ethnicity: str = ""
    language: str = ""
    phones: tuple[str, ...] = ()
    guardians: tuple[RelatedPerson, ...] = ()
    emergency_contacts: tuple[RelatedPerson, ...] = ()
    coverages: tuple[Coverage, ...] = ()
    primary_care: Person | None = None
