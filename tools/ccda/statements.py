"""What a record can say of a patient, one dataclass for each kind of statement.

What is not known stays empty. `codes` are those that the record has, of any terminology. `id` lets
the receiver know the same thing again in the next document.
"""

from dataclasses import dataclass
from datetime import date

from .base import Code, Identifier


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
    """

    name: str
    codes: tuple[Code, ...] = ()
    dosage: str = ""
    id: Identifier | None = None
    status: str = "active"
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Allergy:
    """What is not tolerated; `severity` is mild, moderate, severe or empty.

    `status` is active, inactive or resolved.
    """

    substance: str
    codes: tuple[Code, ...] = ()
    reaction: str = ""
    severity: str = ""
    id: Identifier | None = None
    status: str = "active"
    onset: date | None = None
    end: date | None = None
