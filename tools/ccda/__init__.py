"""C-CDA R2.1 documents, written from plain dataclasses. No Odoo import.

`model` says what a document is made of, `sections` which sections there are and how each is
written, `writer` makes the document. Structure and codes are those of the HL7 implementation
guide "Consolidated CDA Templates for Clinical Notes", release 2.1 (2015).
"""

from .model import (
    ICD10_CM,
    LOINC,
    NPI,
    RXNORM,
    SNOMED_CT,
    Address,
    Allergy,
    Code,
    Contact,
    Encounter,
    Identifier,
    Medication,
    Name,
    NoneKnown,
    Organization,
    Patient,
    Person,
    Problem,
    ReferralNote,
    Section,
    SectionKind,
    stable_id,
)
from .sections import (
    ALLERGIES,
    ASSESSMENT,
    MEDICATIONS,
    NO_CURRENT_MEDICATIONS,
    NO_KNOWN_ALLERGIES,
    NO_KNOWN_DRUG_ALLERGIES,
    NO_KNOWN_PROBLEMS,
    OBJECTIVE,
    PLAN,
    PROBLEMS,
    REASON,
    SUBJECTIVE,
)
from .writer import write
