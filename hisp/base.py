"""The adapter contract: what the addon asks of a Direct provider (HISP).

An adapter is made from a `HispConfig` and knows nothing of Odoo. It raises only the types of
`hisp.errors`. Times are aware datetimes in UTC, contents are bytes, sizes are bytes. What comes
from outside has passed the gate (`hisp.gate`) once it is in one of these dataclasses.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .enrollment import Agreement, Applicant, EnrollmentStatus, Evidence, PhoneCall, QuestionSet
from .gate import ID, TEXT, Gated
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
    private_network: bool = False
    """Whether the provider may be in a private network, or on this machine."""


@dataclass(frozen=True)
class ProviderInfo(Gated):
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
class DirectoryEntry(Gated):
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
class AddressCheck(Gated):
    """What the provider knows of an address; `reason` says in words why not."""

    address: str
    valid: bool
    trusted: bool
    name: str = ""
    organization: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Attachment(Gated):
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
class Accepted(Gated):
    """The provider took the message over.

    `external_id` is the id under which notices and answers name the message.
    """

    external_id: str = field(metadata=ID)
    at: datetime | None = None


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
    """Messages that arrive are in its feed."""


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
class Event(Gated):
    """A status change. `external_id` is unique per provider; repeats carry the same one.

    `at` is None where the provider does not say when, or cannot be right. `sender` is the address
    of ours that sent the message, `recipient` the one it went to, where the report says so: they
    lead to a message whose id was never learned.
    """

    external_id: str = field(metadata=ID)
    type: EventType
    at: datetime | None = None
    message_id: str = field(default="", metadata=ID)
    idempotency_key: str = field(default="", metadata=ID)
    domain: str = ""
    enrollment_id: str = field(default="", metadata=ID)
    reason: str = ""
    sender: str = ""
    recipient: str = ""

    def __post_init__(self):  # pylint: disable=missing-return
        told = self.at
        super().__post_init__()
        if told and not self.at:
            object.__setattr__(self, "reason", f"{self.reason} {NOT_PLAUSIBLE}".strip())


NOT_PLAUSIBLE = "The report gives an impossible time, so the time it arrived is shown."


class Nature(StrEnum):
    """What kind of message arrived."""

    LETTER = "letter"
    AUTOMATIC_REPLY = "automatic_reply"
    """Written by a machine, such as an out-of-office reply: never an answer to a referral."""
    NOTICE = "notice"
    """About the delivery of another message."""


@dataclass(frozen=True)
class IncomingMessage(Gated):
    """A message that arrived for one of our addresses.

    `message_id` is the id that an answer names; `in_reply_to` is the `Accepted.external_id` of ours
    that it answers. `identity` is the same for the same message wherever it lies: what was restored
    under another number is recognized by it. Empty: the digest of the original.
    """

    sender: str = ""
    recipient: str = ""
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False, metadata=TEXT)
    attachments: tuple[Attachment, ...] = ()
    context: Mapping | None = field(default=None, repr=False)
    message_id: str = field(default="", metadata=ID)
    in_reply_to: str = field(default="", metadata=ID)
    sent_at: datetime | None = None
    is_automatic: bool = False
    """Whether a program sent it, such as an out-of-office reply: that is no answer, and nothing
    replies to it by itself."""
    nature: Nature = Nature.LETTER
    identity: str = field(default="", metadata=ID)
    external_id: str = field(default="", metadata=ID)


@dataclass(frozen=True)
class Item(Gated):
    """What waits at the provider: a message, a notice or a status, as it came.

    `queue` and `key` name it there: the same for the same, also in another run. `content` is None
    until it was fetched. `addresses` are those of ours whose queue it lies in, as far as it is
    known; `at` is when it arrived there.
    """

    queue: str = field(metadata=ID)
    key: str = field(metadata=ID)
    content_type: str = ""
    content: bytes | None = field(default=None, repr=False)
    addresses: tuple[str, ...] = ()
    at: datetime | None = None
    is_cut: bool = False
    """Only the beginning was fetched, because the whole is too large."""
    is_status: bool = False
    """All it says fits an event: its bytes are kept only if they cannot be read."""


@dataclass(frozen=True)
class Page(Gated):
    """The next items of a queue, oldest first.

    `state` is where to go on once all of them are stored or noted; only the adapter reads it.
    `more`: there is more behind them.
    """

    items: tuple[Item, ...] = ()
    state: str = field(default="", metadata=TEXT)
    more: bool = False


@dataclass(frozen=True)
class Reading:
    """What an item says: a message, events, both (a notice that a person may have to read)."""

    message: IncomingMessage | None = None
    events: tuple[Event, ...] = ()


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

    # --- the feed: what became of messages, and with Capability.RECEIVING what arrived ------------

    def queues(self) -> tuple[str, ...]:
        """Name what is read one apart from the other, such as mailboxes; none: nothing to poll.

        Each is asked by itself: one that cannot be opened, or is slow, stops no other.
        """
        return ()

    def feed(self, queue: str, state: str = "") -> Page:
        """Return what waits in `queue`, oldest first, with content or to be fetched.

        What is not acknowledged, or lies behind `state`, comes (again). Of a queue of which only
        the head is visible a page is the head, with `more`.

        :param state: of the page before; empty: from the beginning. One that is not understood is
            taken for empty: known items are recognized
        """
        raise NotImplementedError

    def fetch(self, item: Item) -> Item:
        """Return `item` with its content; it stays unacknowledged.

        :raise NotFound: it is not there any more
        :raise NotReadable: the provider does not give this one in a way that can be understood
        """
        return item

    def acknowledge(self, item: Item) -> None:  # noqa: B027 - what is read by a cursor needs none
        """Say that `item` is stored here, for good; saying so twice is harmless.

        What `fetch` cut off stays at the provider.
        """

    @staticmethod
    def read_item(item: Item) -> Reading:
        """Read an item with its content: no network, no clock, the same each time.

        Whatever it raises, the item stays kept, and is read again by a later version.
        """
        raise NotImplementedError

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
