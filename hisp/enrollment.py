"""Proving who represents a practice: what is asked for, answered and told back."""

from dataclasses import dataclass, field
from datetime import datetime

from .gate import ID, LATER, TEXT, Gated


@dataclass(frozen=True)
class Agreement(Gated):
    """A text that a legal representative has to accept, to the letter."""

    code: str
    title: str
    version: str
    text: str = field(repr=False, metadata=TEXT)


@dataclass(frozen=True)
class PhoneCall(Gated):
    """The call that tells the confirmation code; `state` is one of `CALL_STATES`."""

    state: str = "none"
    code_expires_at: datetime | None = field(default=None, metadata=LATER)
    call_again_at: datetime | None = field(default=None, metadata=LATER)


ENROLLMENT_STATES = ("open", "verified", "locked", "review", "superseded")
CALL_STATES = ("none", "calling", "answered", "recorded", "no_answer", "expired")


@dataclass(frozen=True)
class EnrollmentStatus(Gated):
    """Where an identity proofing stands. Never says which item did not match.

    `state` is one of `ENROLLMENT_STATES`; `attempts_left` counts for the practice,
    `questions_tries_left` for this enrollment.
    """

    external_id: str = field(metadata=ID)
    state: str
    attempts_left: int
    locked_until: datetime | None = field(default=None, metadata=LATER)
    call: PhoneCall = PhoneCall()
    questions_tries_left: int = 0


@dataclass(frozen=True)
class Choice(Gated):
    id: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Question(Gated):
    id: str
    text: str = field(repr=False)
    choices: tuple[Choice, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class QuestionSet(Gated):
    """Knowledge questions, to be answered one by one within `seconds_per_question` each."""

    id: str
    questions: tuple[Question, ...]
    seconds_per_question: int
    tries_left: int


@dataclass(frozen=True, repr=False)
class Applicant:
    """Who is to be proofed. Personal data: never stored, logged or printed."""

    first_name: str
    last_name: str
    street: str
    city: str
    state: str
    zip: str
    birthdate: str
    email: str
    middle_name: str = ""
    suffix: str = ""


@dataclass(frozen=True, repr=False)
class Evidence:
    """What proves the identity. Secret: goes into the request and nowhere else.

    `government_kind` is npi or ssn; `financial_kind` is phone, card or knowledge, with
    `questions_id` instead of a number for the last.
    """

    government_kind: str
    government_number: str
    financial_kind: str
    confirmation_code: str
    financial_number: str = ""
    questions_id: str = ""
