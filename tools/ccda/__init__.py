"""C-CDA R2.1 documents, written from plain dataclasses. No Odoo import.

`model` says what a document is made of, with `base`, `patient` and `statements`; `sections` which
sections there are; `entries` how each statement is coded; `writer` makes the document. Structure
and codes are those of the HL7 implementation guide "Consolidated CDA Templates for Clinical
Notes", release 2.1 (2015).
"""

from .base import (
    ICD10_CM,
    LOINC,
    NPI,
    RXNORM,
    SNOMED_CT,
    Address,
    Code,
    Contact,
    Identifier,
    Name,
    Organization,
    Person,
    stable_id,
)
from .model import Encounter, NoneKnown, ReferralNote, Section, SectionKind
from .patient import (
    DECLINED,
    ETHNICITIES,
    RACES,
    RELATIONS,
    SEX_WORDS,
    Coverage,
    Patient,
    RelatedPerson,
)
from .statements import Allergy, Medication, Problem
from .sections import (
    ALLERGIES,
    ASSESSMENT,
    MEDICATIONS,
    NO_CURRENT_MEDICATIONS,
    NO_KNOWN_ALLERGIES,
    NO_KNOWN_DRUG_ALLERGIES,
    NO_KNOWN_PROBLEMS,
    OBJECTIVE,
    PAYERS,
    PLAN,
    PROBLEMS,
    REASON,
    SUBJECTIVE,
)
from .writer import write
