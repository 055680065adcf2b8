"""Short tables of codes that a person picks from, each with what it is called.

What is said with them is coded; whatever is not in a table is said in words.
"""

from typing import NamedTuple

from .base import LOINC, SNOMED_CT, Code

NCI = "2.16.840.1.113883.3.26.1.1"
CRITICALITY = "2.16.840.1.113883.5.1063"


class VitalSign(NamedTuple):
    """A thing that is measured, and its units (UCUM), the usual one first."""

    code: Code
    units: tuple[str, ...]


class Frequency(NamedTuple):
    """How often: in words, and each so many `unit` (UCUM).

    `is_by_meals` says that the times are spread over the day, not by the clock.
    """

    words: str
    period: int
    unit: str
    is_by_meals: bool = False


# C-CDA value set "Vital Sign Result Type"
VITAL_SIGNS = {
    "systolic": VitalSign(Code("8480-6", LOINC, "Systolic blood pressure"), ("mm[Hg]",)),
    "diastolic": VitalSign(Code("8462-4", LOINC, "Diastolic blood pressure"), ("mm[Hg]",)),
    "heart_rate": VitalSign(Code("8867-4", LOINC, "Heart rate"), ("/min",)),
    "respiratory_rate": VitalSign(Code("9279-1", LOINC, "Respiratory rate"), ("/min",)),
    "temperature": VitalSign(Code("8310-5", LOINC, "Body temperature"), ("[degF]", "Cel")),
    "oxygen": VitalSign(Code("59408-5", LOINC, "Oxygen saturation by pulse oximetry"), ("%",)),
    "height": VitalSign(Code("8302-2", LOINC, "Body height"), ("[in_i]", "cm")),
    "weight": VitalSign(Code("29463-7", LOINC, "Body weight"), ("[lb_av]", "kg")),
    "bmi": VitalSign(Code("39156-5", LOINC, "Body mass index"), ("kg/m2",)),
    "head": VitalSign(Code("8287-5", LOINC, "Head circumference"), ("cm", "[in_i]")),
}
# Units as people write them
UNIT_WORDS = {
    "mm[Hg]": "mmHg",
    "[degF]": "°F",
    "Cel": "°C",
    "[in_i]": "in",
    "[lb_av]": "lb",
    "kg/m2": "kg/m²",
}
# UCUM, of laboratories; a result in any other unit is sent in words
RESULT_UNITS = frozenset(
    [
        "%",
        "/uL",
        "10*3/uL",
        "10*6/uL",
        "fL",
        "g/dL",
        "g/L",
        "[IU]/L",
        "meq/L",
        "mg/dL",
        "mg/g",
        "mg/L",
        "mL/min",
        "mm/h",
        "mmol/L",
        "mmol/mol",
        "mU/L",
        "nmol/L",
        "ng/dL",
        "ng/mL",
        "ng/L",
        "pg",
        "pg/mL",
        "pmol/L",
        "s",
        "U/L",
        "ug/dL",
        "ug/L",
        "umol/L",
        "u[IU]/mL",
        "m[IU]/L",
    ]
)
# HL7 ObservationInterpretation
INTERPRETATIONS = {
    "N": "Normal",
    "H": "High",
    "L": "Low",
    "HH": "Critically high",
    "LL": "Critically low",
    "A": "Abnormal",
}
# C-CDA value set "Smoking Status"
SMOKING = {
    "449868002": "Smokes every day",
    "428041000124106": "Smokes some days",
    "8517006": "Former smoker",
    "266919005": "Never smoked",
    "77176002": "Smoker, current status unknown",
    "266927001": "Unknown if ever smoked",
    "428071000124103": "Heavy smoker",
    "428061000124105": "Light smoker",
}
# Routes of administration (FDA), in the NCI Thesaurus
ROUTES = {
    "C38288": "by mouth",
    "C38300": "under the tongue",
    "C38216": "inhaled",
    "C38284": "in the nose",
    "C38287": "in the eye",
    "C38192": "in the ear",
    "C38304": "on the skin",
    "C38305": "through the skin",
    "C38299": "under the skin",
    "C28161": "into a muscle",
    "C38276": "into a vein",
    "C38295": "in the rectum",
    "C38313": "in the vagina",
}
# Display names that the code system has
ROUTE_NAMES = {
    "C38288": "ORAL",
    "C38300": "SUBLINGUAL",
    "C38216": "RESPIRATORY (INHALATION)",
    "C38284": "NASAL",
    "C38287": "OPHTHALMIC",
    "C38192": "AURICULAR (OTIC)",
    "C38304": "TOPICAL",
    "C38305": "TRANSDERMAL",
    "C38299": "SUBCUTANEOUS",
    "C28161": "INTRAMUSCULAR",
    "C38276": "INTRAVENOUS",
    "C38295": "RECTAL",
    "C38313": "VAGINAL",
}
# Units of a dose (UCUM); what stands in braces is a word
DOSE_UNITS = {
    "mg": "mg",
    "ug": "mcg",
    "g": "g",
    "mL": "mL",
    "[IU]": "units",
    "meq": "mEq",
    "{tablet}": "tablet",
    "{capsule}": "capsule",
    "{puff}": "puff",
    "{drop}": "drop",
    "{patch}": "patch",
    "{spray}": "spray",
}
FREQUENCIES = {
    "daily": Frequency("once a day", 1, "d"),
    "twice": Frequency("twice a day", 12, "h", is_by_meals=True),
    "three": Frequency("three times a day", 8, "h", is_by_meals=True),
    "four": Frequency("four times a day", 6, "h", is_by_meals=True),
    "every4h": Frequency("every 4 hours", 4, "h"),
    "every6h": Frequency("every 6 hours", 6, "h"),
    "every8h": Frequency("every 8 hours", 8, "h"),
    "every12h": Frequency("every 12 hours", 12, "h"),
    "other_day": Frequency("every other day", 2, "d"),
    "weekly": Frequency("once a week", 1, "wk"),
    "two_weeks": Frequency("every 2 weeks", 2, "wk"),
    "monthly": Frequency("once a month", 1, "mo"),
}
# C-CDA value set "Allergy and Intolerance Type"
ALLERGY_KINDS = {
    "416098002": "Drug allergy",
    "59037007": "Drug intolerance",
    "414285001": "Food allergy",
    "235719002": "Food intolerance",
    "419199007": "Allergy to another substance",
}
ALLERGY_KIND_NAMES = {
    "416098002": "Allergy to drug",
    "59037007": "Intolerance to drug",
    "414285001": "Allergy to food",
    "235719002": "Intolerance to food",
    "419199007": "Allergy to substance",
}
CRITICALITIES = {
    "CRITL": "Low",
    "CRITH": "High",
    "CRITU": "Unable to assess",
}
# The reactions that are written down most (SNOMED CT)
REACTIONS = {
    "247472004": "Hives",
    "271807003": "Rash",
    "418290006": "Itching",
    "39579001": "Anaphylaxis",
    "41291007": "Angioedema",
    "267036007": "Shortness of breath",
    "56018004": "Wheezing",
    "49727002": "Cough",
    "422587007": "Nausea",
    "422400008": "Vomiting",
    "62315008": "Diarrhea",
    "21522001": "Abdominal pain",
    "25064002": "Headache",
    "404640003": "Dizziness",
    "271594007": "Fainting",
    "45007003": "Low blood pressure",
    "65124004": "Swelling",
    "70076002": "Rhinitis",
}
ROLES = {
    "pcp": "Primary care provider",
    "specialist": "Specialist",
    "nurse": "Nurse",
    "case_manager": "Case manager",
    "therapist": "Therapist",
    "pharmacist": "Pharmacist",
    "caregiver": "Family caregiver",
}


def reaction_code(text: str) -> Code | None:
    """The code of a reaction that is in the table by its name."""
    found = next((key for key, name in REACTIONS.items() if name.lower() == text.lower()), None)
    return Code(found, SNOMED_CT, REACTIONS[found]) if found else None
