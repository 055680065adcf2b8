"""What a record can say of a patient, one dataclass for each kind of statement.

What is not known stays empty. `codes` are those that the record has, of any terminology. `id` lets
the receiver know the same thing again in the next document. Keys are those of `tables`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from .base import Code, Contact, Identifier, Name
from .tables import DOSE_UNITS, FREQUENCIES, ROUTES, UNIT_WORDS, VITAL_SIGNS

NO_CONTACT = Contact()


@dataclass(frozen=True)
class Problem:
    """`codes` of SNOMED CT or ICD-10-CM, as far as the record has them.

    `status` is active, inactive or resolved. `end` is when it stopped being active.
    """

    name: str
    codes: tuple[Code, ...] = ()
    onset: date | None = None
    id: Identifier | None = None
    status: str = "active"
    end: date | None = None


@dataclass(frozen=True)
class Medication:
    """`codes` of RxNorm, as far as the record has them. `dosage` is free text.

    `status` is active or completed: it is not taken any more. `start` and `end` are days.

    :param dose: a number as it is written, with `unit` (UCUM)
    :param route: key of `ROUTES`
    :param frequency: key of `FREQUENCIES`
    :param as_needed_for: what for; `as_needed` alone says that it is not taken regularly
    """

    name: str
    codes: tuple[Code, ...] = ()
    dosage: str = ""
    id: Identifier | None = None
    status: str = "active"
    start: date | None = None
    end: date | None = None
    dose: str = ""
    unit: str = ""
    route: str = ""
    frequency: str = ""
    as_needed: bool = False
    as_needed_for: str = ""
    indication: str = ""

    @property
    def is_as_needed(self) -> bool:
        return self.as_needed or bool(self.as_needed_for)

    @property
    def sentence(self) -> str:
        """How to take it: what is coded in words, then what was written. Nothing is left out."""
        frequency = FREQUENCIES.get(self.frequency)
        needed = f"as needed for {self.as_needed_for}" if self.as_needed_for else "as needed"
        pieces = (
            f"{self.dose} {self._unit_words()}".strip() if self.dose else "",
            ROUTES.get(self.route, ""),
            frequency.words if frequency else "",
            needed if self.is_as_needed else "",
        )
        coded = " ".join(filter(None, pieces))
        return "; ".join(dict.fromkeys(filter(None, (coded, self.dosage))))

    def _unit_words(self) -> str:
        word = DOSE_UNITS.get(self.unit, self.unit)
        if not self.unit.startswith("{") or self.dose == "1":
            return word
        return f"{word}es" if word.endswith("ch") else f"{word}s"


@dataclass(frozen=True)
class Allergy:
    """What is not tolerated; `severity` is mild, moderate, severe or empty.

    `status` is active, inactive or resolved.

    :param kind: key of `ALLERGY_KINDS`
    :param criticality: key of `CRITICALITIES`
    :param reaction_codes: of `reaction`
    """

    substance: str
    codes: tuple[Code, ...] = ()
    reaction: str = ""
    severity: str = ""
    id: Identifier | None = None
    status: str = "active"
    onset: date | None = None
    end: date | None = None
    kind: str = ""
    criticality: str = ""
    reaction_codes: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Measurement:
    """One vital sign: `kind` is a key of `VITAL_SIGNS`, `value` a number as it is written.

    :param unit: one of the kind's units (UCUM); the usual one when it is empty
    """

    kind: str
    value: str
    unit: str = ""

    def __post_init__(self):
        units = VITAL_SIGNS[self.kind].units
        if self.unit and self.unit not in units:
            raise ValueError(f"{self.unit!r} is no unit of {self.kind}, but {', '.join(units)}")
        float(self.value)

    @property
    def ucum(self) -> str:
        return self.unit or VITAL_SIGNS[self.kind].units[0]

    @property
    def words(self) -> str:
        name = VITAL_SIGNS[self.kind].code.display
        return f"{name} {self.value} {UNIT_WORDS.get(self.ucum, self.ucum)}"


@dataclass(frozen=True)
class VitalSigns:
    """What was measured at one time."""

    at: datetime | date
    measurements: tuple[Measurement, ...]
    id: Identifier | None = None


@dataclass(frozen=True)
class Result:
    """A result of a laboratory or another test. `codes` of LOINC.

    :param value: a number or words, as reported
    :param unit: UCUM where the laboratory has it
    :param interpretation: key of `INTERPRETATIONS`
    :param normal: the range that counts as normal, as reported
    """

    name: str
    value: str
    unit: str = ""
    codes: tuple[Code, ...] = ()
    at: datetime | date | None = None
    interpretation: str = ""
    normal: str = ""
    id: Identifier | None = None


@dataclass(frozen=True)
class Immunization:
    """A vaccine that was given. `codes` of CVX."""

    name: str
    codes: tuple[Code, ...] = ()
    at: date | None = None
    lot: str = ""
    id: Identifier | None = None


@dataclass(frozen=True)
class Procedure:
    """What was done. `codes` of SNOMED CT, CPT or ICD-10-PCS."""

    name: str
    codes: tuple[Code, ...] = ()
    at: date | None = None
    id: Identifier | None = None


@dataclass(frozen=True)
class SmokingStatus:
    """`status` is a key of `SMOKING`; `at` is when somebody asked."""

    status: str
    at: date
    id: Identifier | None = None


@dataclass(frozen=True)
class SocialHistory:
    """How somebody lives, in words: ``SocialHistory("Occupation", "Teacher")``."""

    name: str
    text: str
    codes: tuple[Code, ...] = ()
    at: date | None = None
    id: Identifier | None = None


@dataclass(frozen=True)
class Visit:
    """A visit with what was diagnosed in it."""

    name: str
    at: datetime | date
    diagnoses: tuple[Problem, ...] = ()
    codes: tuple[Code, ...] = ()
    id: Identifier | None = None


@dataclass(frozen=True)
class CareTeamMember:
    """Somebody who cares for the patient. `role` is in words."""

    name: Name
    role: str = ""
    contact: Contact = NO_CONTACT
    since: date | None = None
    id: Identifier | None = None


@dataclass(frozen=True)
class Goal:
    """What the patient or the clinician wants to reach, and until when."""

    name: str
    due: date | None = None
    codes: tuple[Code, ...] = ()
    id: Identifier | None = None


@dataclass(frozen=True)
class HealthConcern:
    """What worries the patient or the clinician."""

    name: str
    since: date | None = None
    codes: tuple[Code, ...] = ()
    id: Identifier | None = None


@dataclass(frozen=True)
class Request:
    """What the referral asks for. `urgency` is R, UR, or EM: routine, urgent, emergency.

    :param service: what is wanted, such as the recipient's specialty
    """

    urgency: str
    service: str = ""
    id: Identifier | None = None
