"""What clients send and get when a practice proves who represents it."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .bodies import Body, Name, Npi, Text, Time


def _calendar_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a day of the calendar, as YYYY-MM-DD") from None
    return value


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_calendar_day)]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$", examples=["+14155550132"])]
# No user name, no blank, nothing but ASCII: it goes unchanged into a header and into a policy.
ReturnUrl = Annotated[
    str,
    Field(max_length=4096, pattern=r"^https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?([/?#][!-~]*)?$"),
]
State = Literal["open", "verified", "locked", "review", "superseded"]
Outcome = Literal["verified", "failed", "locked", "review"]
CallState = Literal["none", "calling", "answered", "recorded", "no_answer", "expired"]


class Personal(Body):
    """A body that shows nothing of itself, whatever prints it."""

    def __repr_args__(self) -> list[tuple[str, Any]]:
        return []


# Requests


class Acceptance(Body):
    code: Name
    version: Name
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class NewEnrollment(Body):
    reference: Name
    acceptances: Annotated[list[Acceptance], Field(max_length=20)]


class NewHostedEnrollment(Personal):
    reference: Name
    return_url: ReturnUrl


class Applicant(Personal):
    first_name: Name
    middle_name: Text | None = None
    last_name: Name
    suffix: Text | None = None
    street: Name
    city: Name
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["WI"])]
    zip: Annotated[str, Field(pattern=r"^[0-9]{5}(-[0-9]{4})?$", examples=["53703"])]
    birthdate: Day
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]


class NewQuestions(Personal):
    person: Applicant


class Answer(Personal):
    question_id: Name
    choice_id: Name


class NewCall(Personal):
    phone: Phone


class NpiGiven(Personal):
    kind: Literal["npi"]
    number: Npi


class SsnGiven(Personal):
    kind: Literal["ssn"]
    number: Annotated[str, Field(pattern=r"^[0-9]{3}-?[0-9]{2}-?[0-9]{4}$")]


class PhoneGiven(Personal):
    kind: Literal["phone"]
    number: Annotated[str, Field(pattern=r"^\+?[0-9]{8,15}$")]
    questions_id: None = None


class CardGiven(Personal):
    kind: Literal["card"]
    number: Annotated[str, Field(pattern=r"^[0-9]{13,19}$")]
    questions_id: None = None


class KnowledgeGiven(Personal):
    kind: Literal["knowledge"]
    number: None = None
    questions_id: Name


class Verification(Personal):
    person: Applicant
    government: Annotated[NpiGiven | SsnGiven, Field(discriminator="kind")]
    financial: Annotated[PhoneGiven | CardGiven | KnowledgeGiven, Field(discriminator="kind")]
    confirmation_code: Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["482913"])]


# Answers


class Agreement(BaseModel):
    code: str
    title: str
    version: str
    text: str


class Agreements(BaseModel):
    agreements: list[Agreement]


class Call(BaseModel):
    id: str | None
    state: CallState
    at: Time | None
    code_expires_at: Time | None
    call_again_at: Time | None


class Called(BaseModel):
    call: Call


class Enrollment(BaseModel):
    id: str
    domain: str
    state: State
    attempts_left: int
    locked_until: Time | None
    call: Call
    questions_tries_left: int


class Choice(BaseModel):
    id: str
    text: str


class Question(BaseModel):
    id: str
    text: str
    choices: list[Choice]


class Questions(BaseModel):
    id: str
    questions: list[Question]
    seconds_per_question: int
    tries_left: int


class Verified(BaseModel):
    state: Outcome
    attempts_left: int
    locked_until: Time | None


class HostedEnrollment(BaseModel):
    url: str


# The controls


class Nothing(Body):
    pass


class Review(Body):
    approve: bool


class Spoken(BaseModel):
    code: str


class EnrollmentSeen(Enrollment):
    model_config = ConfigDict(extra="forbid")

    reference: str
    practice: str
    customer: str
    opened_at: Time


class EnrollmentsSeen(BaseModel):
    enrollments: list[EnrollmentSeen]
