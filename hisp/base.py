"""The adapter contract: what the addon asks of a Direct provider (HISP).

An adapter is made from a `HispConfig` and knows nothing of Odoo. It raises only the types of
`hisp.errors`. Times are aware datetimes in UTC, contents are bytes, sizes are bytes.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .mime_text import one_line

DEFAULT_MAX_MESSAGE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class HispConfig:
    """A connection, as an administrator configured it. Secrets are in the clear: never log it."""

    base_url: str = ""
    api_key: str = field(default="", repr=False)
    callback_secrets: tuple[str, ...] = field(default=(), repr=False)
    """Valid secrets, newest first."""
    tls_floor: str = "1.2"
    ca_certificate: str | None = None
    """PEM of a certificate authority to trust instead of the system's."""


@dataclass(frozen=True)
class ProviderInfo:
    """What a provider says of itself when the connection is tested."""

    name: str
    domain_suffix: str
    notice: str = ""
    max_message_bytes: int | None = None
    """Attachments and text of a message it surely takes; None where it does not say."""
    confirmation_minutes: int | None = None
    """Within which the final notice comes; None where it does not say."""


@dataclass(frozen=True)
class Practice:
    """A practice to be registered. `reference` is ours and makes registering repeatable."""

    reference: str
    name: str
    npi: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Person:
    """A user to be given an address. `reference` is ours and makes registering repeatable."""

    reference: str
    name: str
    npi: str = ""
    specialty: str = ""


@dataclass(frozen=True)
class DirectoryEntry:
    address: str
    name: str
    organization: str = ""
    specialty: str = ""
    npi: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    phone: str = ""


@dataclass(frozen=True)
class AddressCheck:
    """What the provider knows of an address; `reason` says in words why not."""

    address: str
    valid: bool
    trusted: bool
    name: str = ""
    organization: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class OutgoingMessage:
    """One message about one patient to one recipient."""

    sender: str
    recipient: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()
    context: Mapping | None = field(default=None, repr=False)
    """Context metadata (Direct Context 1.1): type, purpose and patient demographics."""
    in_reply_to: str = ""
    """`IncomingMessage.message_id` of the message this one answers."""

    def __post_init__(self):
        # Whoever made it: a subject is one line, and has no control characters
        object.__setattr__(self, "subject", one_line(self.subject))


@dataclass(frozen=True)
class Accepted:
    """The provider took the message over.

    `external_id` is the id under which notices and answers name the message.
    """

    external_id: str
    at: datetime | None = None


@dataclass(frozen=True)
class IncomingMessage:
    """A message that arrived for one of our addresses. All of it is data from outside.

    `external_id` is the id it is fetched and acknowledged under. `message_id` is the id that an
    answer names; `in_reply_to` is the `Accepted.external_id` of ours that it answers, or empty.
    """

    external_id: str
    sender: str
    recipient: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()
    context: Mapping | None = field(default=None, repr=False)
    message_id: str = ""
    in_reply_to: str = ""
    sent_at: datetime | None = None
    is_automatic: bool = False
    """Whether a program sent it, such as an out-of-office reply: that is no answer, and nothing
    replies to it by itself."""


@dataclass(frozen=True)
class Agreement:
    """A text that a legal representative has to accept, to the letter."""

    code: str
    title: str
    version: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class PhoneCall:
    """The call that tells the confirmation code; `state` is one of `CALL_STATES`."""

    state: str = "none"
    code_expires_at: datetime | None = None
    call_again_at: datetime | None = None


ENROLLMENT_STATES = ("open", "verified", "locked", "review", "superseded")
CALL_STATES = ("none", "calling", "answered", "recorded", "no_answer", "expired")


@dataclass(frozen=True)
class EnrollmentStatus:
    """Where an identity proofing stands. Never says which item did not match.

    `state` is one of `ENROLLMENT_STATES`; `attempts_left` counts for the practice,
    `questions_tries_left` for this enrollment.
    """

    external_id: str
    state: str
    attempts_left: int
    locked_until: datetime | None = None
    call: PhoneCall = PhoneCall()
    questions_tries_left: int = 0


@dataclass(frozen=True)
class Choice:
    id: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Question:
    id: str
    text: str = field(repr=False)
    choices: tuple[Choice, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class QuestionSet:
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


class Capability(StrEnum):
    """Parts of the contract that not every provider has; the interface hides the rest."""

    ENROLLMENT = "enrollment"
    """Identity proofing through the form here."""
    HOSTED_ENROLLMENT = "hosted_enrollment"
    """Identity proofing on a page of the provider."""
    REGISTRATION = "registration"
    """Domains and addresses are created from here; otherwise they exist at the provider."""
    DIRECTORY = "directory"
    """A directory that can be searched."""
    CALLBACKS = "callbacks"
    """It calls back; otherwise it is only polled."""
    RECEIVING = "receiving"
    """Messages that arrived can be fetched."""


class EventType(StrEnum):
    """What a provider reports. *dispatched* and *displayed* are evidence of final delivery.

    *delayed* and *relayed* (RFC 3464) are evidence of nothing. *expired* is a server that gave up
    trying: it may have arrived.
    """

    PROCESSED = "processed"
    DISPATCHED = "dispatched"
    DISPLAYED = "displayed"
    FAILED = "failed"
    DENIED = "denied"
    DELETED = "deleted"
    DELAYED = "delayed"
    EXPIRED = "expired"
    RELAYED = "relayed"
    RECEIVED = "received"
    AUTHENTICATED = "authenticated"
    ENROLLMENT = "enrollment"
    OTHER = "other"


@dataclass(frozen=True)
class Event:
    """A status change. `external_id` is unique per provider; repeats carry the same one."""

    external_id: str
    type: EventType
    at: datetime
    message_id: str = ""
    idempotency_key: str = ""
    domain: str = ""
    enrollment_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class EventPage:
    events: tuple[Event, ...]
    cursor: str
    more: bool


class Hisp(ABC):
    """A connection to one Direct provider."""

    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, config: HispConfig):
        self.config = config

    def close(self) -> None:  # noqa: B027 - nothing to do unless an adapter keeps connections
        """End the connections that are kept. The adapter can be used again: it opens new ones."""

    @abstractmethod
    def check(self) -> ProviderInfo:
        """Check address, TLS and credentials; raise with the reason in words."""

    @abstractmethod
    def is_authenticated(self, domain: str) -> bool:
        """Whether the practice that owns `domain` may send."""

    @abstractmethod
    def check_address(self, address: str, sender_domain: str = "") -> AddressCheck:
        """Say what is known of any recipient's address.

        :param sender_domain: the domain of the practice that asks, where it has one: whom a
            provider trusts may depend on it
        """

    @abstractmethod
    def send(self, message: OutgoingMessage, idempotency_key: str) -> Accepted:
        """Hand `message` over. The same key never makes a second message.

        A provider without keys cannot keep that: then `find` raises `CannotTell`, and nothing is
        sent again without a person's decision.

        :raise Refused: certainly not accepted; see `temporary`
        :raise Uncertain: perhaps accepted: ask with `find`
        """

    @abstractmethod
    def find(self, idempotency_key: str) -> Accepted | None:
        """What the provider knows of a message, for one whose `send` had no clear end.

        :return: None when it certainly does not have the message
        :raise CannotTell: this provider cannot be asked
        """

    @abstractmethod
    def events(self, cursor: str = "") -> EventPage:
        """The status changes since `cursor` (empty: from the beginning), oldest first."""

    # --- with Capability.REGISTRATION --------------------------------------------------------

    def create_domain(self, label: str, practice: Practice) -> str:
        """Register the practice under `label` and return its whole domain.

        The same practice and label again return the same domain.

        :raise DomainTaken: with suggestions
        :raise DomainExists: with the other domain that the practice has already
        :raise DomainInvalid:
        """
        raise NotImplementedError

    def create_address(self, domain: str, username: str, person: Person) -> str:
        """Register `username` and return the whole address; repeatable like `create_domain`.

        Where a person has one address only, who has one already keeps it: that one is returned.

        :raise AddressTaken: with suggestions
        :raise AddressInvalid:
        """
        raise NotImplementedError

    # --- without Capability.REGISTRATION ------------------------------------------------------

    def prove_mailbox(self, address: str, login: str, password: str, reference: str) -> None:
        """See that mail sent from `address` arrives in this mailbox.

        :param login: empty for the mailbox that the practice's addresses share
        :param reference: ours, and nobody's guess: who knew it could forge the message. A proof
            that was begun with the same one is continued
        :raise NotProven: it has not arrived (yet)
        """
        raise NotImplementedError

    # --- with Capability.DIRECTORY -----------------------------------------------------------

    def search_directory(self, query: str, limit: int = 20) -> tuple[DirectoryEntry, ...]:
        """Find providers whose name, NPI, specialty, organisation, city or address match."""
        raise NotImplementedError

    # --- with Capability.CALLBACKS -----------------------------------------------------------

    def register_callback(self, url: str, secret: str) -> None:
        """Ask the provider to post its events to `url`, signed with `secret`."""
        raise NotImplementedError

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: float) -> list[Event]:
        """Verify a callback, then read it.

        :param headers: case-insensitive
        :param now: Unix time in seconds
        :raise CallbackRejected: for anything that is not verified and well-formed
        """
        raise NotImplementedError

    # --- with Capability.RECEIVING -----------------------------------------------------------

    def received(self, limit: int = 50) -> tuple[str, ...]:
        """The ids of messages that arrived and were not acknowledged, oldest first."""
        raise NotImplementedError

    def fetch(self, external_id: str) -> IncomingMessage:
        """Read a message that arrived; it stays unacknowledged.

        :raise NotFound:
        """
        raise NotImplementedError

    def acknowledge(self, external_id: str) -> None:
        """Say that the message is stored here, for good; saying so twice is harmless."""
        raise NotImplementedError

    # --- enrollment: with Capability.ENROLLMENT, or HOSTED_ENROLLMENT for the last one ------------

    def agreements(self) -> tuple[Agreement, ...]:
        """The texts to accept before an enrollment."""
        raise NotImplementedError

    def start_enrollment(
        self, domain: str, reference: str, accepted: tuple[Agreement, ...]
    ) -> EnrollmentStatus:
        """Begin to prove who represents the practice; repeatable with the same `reference`.

        :raise Locked: after too many attempts
        :raise AgreementOutdated: a text has changed since it was accepted
        """
        raise NotImplementedError

    def enrollment_status(self, enrollment_id: str) -> EnrollmentStatus:
        """Where an enrollment stands."""
        raise NotImplementedError

    def questions(self, enrollment_id: str, applicant: Applicant) -> QuestionSet:
        """Ask for knowledge questions; each set uses a try.

        :raise QuestionsUsedUp: no try is left
        """
        raise NotImplementedError

    def answer(self, enrollment_id: str, questions_id: str, question_id: str, choice_id: str):
        """Answer the next question of a set.

        :raise QuestionsExpired: too late; the try is used
        """
        raise NotImplementedError

    def call(self, enrollment_id: str, phone: str) -> PhoneCall:
        """Have `phone` (E.164) called with a confirmation code.

        :raise CallTooSoon: with `retry_after`
        """
        raise NotImplementedError

    def verify(
        self, enrollment_id: str, applicant: Applicant, evidence: Evidence, idempotency_key: str
    ) -> EnrollmentStatus:
        """Attempt the proof. The same key is the same attempt, however often it is sent.

        :raise Incomplete: something is missing yet; no attempt was counted
        :raise Locked: after too many attempts; this one was not counted
        :raise Uncertain: the answer was lost; repeat it with the same key
        """
        raise NotImplementedError

    def hosted_enrollment_url(self, domain: str, representative: Person, return_url: str) -> str:
        """The provider's own page for proofing; it leads back to `return_url` if it can."""
        raise NotImplementedError
