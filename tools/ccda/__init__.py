"""C-CDA R2.1 documents, written from plain dataclasses. No Odoo import.

`model` says what a document is made of, with `base`, `patient` and `statements`; `sections` which
sections there are; `entries` how each statement is coded; `writer` makes the document. Structure
and codes are those of the HL7 implementation guide "Consolidated CDA Templates for Clinical
Notes", release 2.1 (2015).
"""

from .base import (
    CPT,
    CVX,
    ICD10_CM,
    ICD10_PCS,
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
from .statements import (
    Allergy,
    CareTeamMember,
    Goal,
    HealthConcern,
    Immunization,
    Measurement,
    Medication,
    Problem,
    Procedure,
    Request,
    Result,
    SmokingStatus,
    SocialHistory,
    Visit,
    VitalSigns,
)
from .sections import (
    ALLERGIES,
    ASSESSMENT,
    CARE_TEAM,
    GOALS,
    HEALTH_CONCERNS,
    IMMUNIZATIONS,
    MEDICATIONS,
    NO_CURRENT_MEDICATIONS,
    NO_KNOWN_ALLERGIES,
    NO_KNOWN_DRUG_ALLERGIES,
    NO_KNOWN_PROBLEMS,
    OBJECTIVE,
    PAYERS,
    PLAN,
    PROBLEMS,
    PROCEDURES,
    REASON,
    RESULTS,
    SOCIAL_HISTORY,
    SUBJECTIVE,
    VISITS,
    VITAL_SIGNS,
)
from .summary import SUMMARY, summarize
from .writer import write
