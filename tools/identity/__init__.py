"""What a person types to prove who they are: cleaned, and what is wrong with it.

`FIELDS` and `NUMBERS` are the one table of it. `clean` gives the canonical value, `problem` says
what to do about a canonical value or returns None. Every sentence is fixed: none has in it what
was typed, nor any part of it, and no result shows its value when printed.

The parts: `clean` and `check` for the kinds of fields, `places` for states and ZIP codes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..identifiers import npi_problem
from ..sentence import Sentence
from .check import (
    card_problem,
    city_problem,
    code_problem,
    date_problem,
    email_problem,
    is_one_of,
    name_problem,
    phone_problem,
    ssn_problem,
    state_problem,
    street_problem,
    suffix_problem,
    zip_problem,
)
from .clean import (
    SUFFIXES,
    clean_code,
    clean_date,
    clean_email,
    clean_name,
    clean_number,
    clean_phone,
    clean_state,
    clean_street,
    clean_suffix,
    clean_zip,
)
from .places import STATES, state_of

__all__ = [
    "FIELDS",
    "NAMES",
    "NUMBERS",
    "SECRET_FIELDS",
    "STATES",
    "SUFFIXES",
    "TYPED_MAX",
    "Field",
    "Result",
    "checked",
    "field_of",
    "problems",
    "state_of",
]

TYPED_MAX = 1000  # nothing that long is cleaned or looked at
AGE_MIN = 18
AGE_END = 120

GOVERNMENT_KINDS = ("npi", "ssn")
FINANCIAL_KINDS = ("phone", "card", "knowledge")

# Never to be stored, logged or sent anywhere but to the provider. The answers to knowledge
# questions are not checked here, yet are as secret.
SECRET_FIELDS = frozenset({"government_number", "financial_number", "confirmation_code", "answers"})


@dataclass(frozen=True)
class Result:
    """What a field holds, and what is wrong with it: nothing when `problem` is None."""

    value: str = field(repr=False)
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Field:
    """How to check a field.

    `missing` is the sentence for an empty one, None when it may be empty. `problem` looks at a
    value that is not empty; `rule` then compares it with other values and the day.
    """

    clean: Callable[[str], str]
    problem: Callable[[str], str | None]
    missing: str | None
    rule: Callable[[str, Mapping[str, object], date], str | None] = lambda value, values, today: (
        None
    )

    @property
    def required(self) -> bool:
        return self.missing is not None


def checked(
    name: str,
    text: str | date | None,
    values: Mapping[str, object] | None = None,
    *,
    today: date | None = None,
) -> Result:
    """Clean and check what was typed into the field `name`.

    `values` has what the other fields hold, cleaned or not: the ZIP code is checked against
    `state`, a number as its kind wants it.
    """
    checks = field_of(name, values or {})
    if isinstance(text, date):
        text = text.isoformat()
    elif not isinstance(text, str):
        text = ""
    if len(text) > TYPED_MAX:
        return Result(text, "This is too long. Type it again.")
    value = checks.clean(text)
    if not value:
        return Result(value, checks.missing)
    problem = checks.problem(value) or checks.rule(value, values or {}, today or date.today())
    return Result(value, problem)


def problems(values: Mapping[str, object], *, today: date | None = None) -> dict[str, str]:
    """Return a sentence by the name of each field that cannot be submitted as it is."""
    results = {name: checked(name, values.get(name), values, today=today) for name in NAMES}
    return {name: result.problem for name, result in results.items() if result.problem}


def field_of(name: str, values: Mapping[str, object]) -> Field:
    """Return the checks of the field `name`: those of a number depend on the kind chosen."""
    if name not in NUMBERS:
        return FIELDS[name]
    kind_name, by_kind = NUMBERS[name]
    kind = values.get(kind_name)
    return by_kind.get(kind.strip() if isinstance(kind, str) else "", _KIND_FIRST)


# -- the table --------------------------------------------------------------------------------


def _zip_rule(zip_code: str, values: Mapping[str, object], _today: date) -> str | None:
    state = checked("state", values.get("state"))
    if state.problem or state.value == state_of(zip_code):
        return None
    return "This ZIP code isn't in the selected state. Check both."


def _birthdate_rule(value: str, _values: Mapping[str, object], today: date) -> str | None:
    born = date.fromisoformat(value)
    if born > today:
        return "This date is in the future. Check the year."
    # Who was born on February 29 is a year older on March 1, in a year without that day
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < AGE_MIN:
        return Sentence(
            "The representative must be at least %(age)s years old. Check the year.",
            age=AGE_MIN,
        )
    if age >= AGE_END:
        return Sentence("This date is %(age)s or more years ago. Check the year.", age=AGE_END)
    return None


def _name(missing: str | None) -> Field:
    return Field(clean=clean_name, problem=name_problem, missing=missing)


def _kind(kinds: tuple[str, ...], missing: str) -> Field:
    return Field(clean=str.strip, problem=is_one_of(kinds), missing=missing)


FIELDS = {
    "first_name": _name("Enter your first name, as on your government ID."),
    "middle_name": _name(None),
    "last_name": _name("Enter your last name, as on your government ID."),
    "suffix": Field(clean=clean_suffix, problem=suffix_problem, missing=None),
    "street": Field(
        clean=clean_street,
        problem=street_problem,
        missing="Enter the street address of your home.",
    ),
    "city": Field(clean=clean_name, problem=city_problem, missing="Enter the city of your home."),
    "state": Field(clean=clean_state, problem=state_problem, missing="Choose your state."),
    "zip": Field(
        clean=clean_zip,
        problem=zip_problem,
        rule=_zip_rule,
        missing="Enter the ZIP code of your home.",
    ),
    "birthdate": Field(
        clean=clean_date,
        problem=date_problem,
        rule=_birthdate_rule,
        missing="Enter your date of birth.",
    ),
    "email": Field(
        clean=clean_email,
        problem=email_problem,
        missing="Enter your personal email address.",
    ),
    "government_kind": _kind(GOVERNMENT_KINDS, "Choose the type of government ID."),
    "financial_kind": _kind(
        FINANCIAL_KINDS, "Choose Personal Telephone, Personal Credit Card or Knowledge Questions."
    ),
    "call_phone": Field(
        clean=clean_phone,
        problem=phone_problem,
        missing="Enter a phone number where we can call you now.",
    ),
    "confirmation_code": Field(
        clean=clean_code,
        problem=code_problem,
        missing="Enter the confirmation code from the phone call.",
    ),
}

_KIND_FIRST = Field(
    clean=clean_number,
    problem=lambda _value: "Choose the type first, then enter the number.",
    missing="Choose the type first, then enter the number.",
)

# By field: the field that says which kind of number it has, and how to check each kind
NUMBERS = {
    "government_number": (
        "government_kind",
        {
            "npi": Field(
                clean=clean_number, problem=npi_problem, missing="Enter your individual NPI."
            ),
            "ssn": Field(
                clean=clean_number,
                problem=ssn_problem,
                missing="Enter your Social Security number.",
            ),
        },
    ),
    "financial_number": (
        "financial_kind",
        {
            "phone": Field(
                clean=clean_phone,
                problem=phone_problem,
                missing="Enter your personal phone number.",
            ),
            "card": Field(
                clean=clean_number,
                problem=card_problem,
                missing="Enter your personal credit card number.",
            ),
            # answered elsewhere: what an earlier choice left in the field is dropped
            "knowledge": Field(clean=lambda _text: "", problem=lambda _value: None, missing=None),
        },
    ),
}

NAMES = (*FIELDS, *NUMBERS)
