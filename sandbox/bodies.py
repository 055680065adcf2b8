"""What clients send and get, as pydantic models: they check requests and make the OpenAPI."""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl


def _decode(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("must be base64 (RFC 4648, section 4, with padding)") from None


Text = Annotated[str, Field(max_length=255)]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Npi = Annotated[str, Field(pattern=r"^[12][0-9]{9}$", examples=["1234567893"])]
Address = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(str.lower)]
Content = Annotated[
    bytes,
    BeforeValidator(_decode, json_schema_input_type=str),
    Field(json_schema_extra={"contentEncoding": "base64"}),
]
Time = Annotated[str, Field(examples=["2026-03-01T14:05:09.250Z"])]
Status = Literal["accepted", "processed", "dispatched", "failed"]


class Body(BaseModel):
    """A request body: fields that are not known are refused, so that typing errors show."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


# The API's requests


class Callback(Body):
    url: HttpUrl
    secret: Annotated[str, Field(min_length=1, max_length=1024)]


class Practice(Body):
    reference: Name
    name: Name
    npi: Npi | None = None
    phone: Text | None = None


class NewDomain(Body):
    label: Text
    practice: Practice


class Person(Body):
    reference: Name
    name: Name
    npi: Npi | None = None
    specialty: Text | None = None


class NewAddress(Body):
    username: Text
    person: Person


class Search(Body):
    query: Text = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class Attachment(Body):
    name: Name
    content_type: Name = "application/octet-stream"
    content: Content


class Written(Body):
    """What any message has, whoever writes it."""

    subject: Annotated[str, Field(max_length=998)] = ""
    text: str = ""
    attachments: Annotated[list[Attachment], Field(max_length=100)] = []
    context: dict[str, Any] | None = None
    in_reply_to: Text | None = None


class NewMessage(Written):
    sender: Annotated[Address, Field(alias="from")]
    recipient: Annotated[Address, Field(alias="to")]


# The API's answers


class Problem(BaseModel):
    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    reference: str
    suggestions: list[str] | None = None


class Refusal(BaseModel):
    error: Problem


class Ping(BaseModel):
    name: str
    notice: str
    customer: str
    domain_suffix: str
    max_message_bytes: int
    confirmation_window_minutes: int


class CallbackSet(BaseModel):
    url: str


class Domain(BaseModel):
    domain: str
    authenticated: bool
    authenticated_at: Time | None


class AddressMade(BaseModel):
    address: str


class AddressCheck(BaseModel):
    address: str
    valid: bool
    trusted: bool
    name: str | None = None
    organization: str | None = None
    reason: str | None = None


class Entry(BaseModel):
    address: str
    name: str
    npi: str | None
    specialty: str | None
    organization: str
    street: str | None
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None


class Entries(BaseModel):
    entries: list[Entry]


class Accepted(BaseModel):
    id: str
    status: Literal["accepted"]
    accepted_at: Time


class Replayed(Accepted):
    replayed: Literal[True]


class MessageState(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    id: str
    idempotency_key: str
    status: Status
    accepted_at: Time
    sender: Annotated[str, Field(alias="from")]
    recipient: Annotated[str, Field(alias="to")]
    reason: str | None = None


class Event(BaseModel):
    id: str
    type: Literal[
        "message.processed",
        "message.dispatched",
        "message.failed",
        "message.displayed",
        "message.received",
        "domain.authenticated",
        "enrollment.call",
        "enrollment.verified",
        "enrollment.failed",
        "enrollment.locked",
        "enrollment.review",
        "enrollment.rejected",
    ]
    message_id: str | None = None
    idempotency_key: str | None = None
    domain: str | None = None
    enrollment_id: str | None = None
    call_state: str | None = None
    reason: str | None = None
    at: Time


class Events(BaseModel):
    events: list[Event]
    cursor: str
    more: bool


class InboundAttachment(BaseModel):
    name: str
    content_type: str
    content: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


class Inbound(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    id: str
    sender: Annotated[str, Field(alias="from")]
    recipient: Annotated[str, Field(alias="to")]
    subject: str
    text: str
    attachments: list[InboundAttachment]
    context: dict[str, Any] | None
    in_reply_to: str | None
    message_id: str
    sent_at: Time


class Waiting(BaseModel):
    ids: list[str]
    more: bool


# The controls' requests


class NewCustomer(Body):
    name: Name


class Authentication(Body):
    authenticated: bool


class Failure(Body):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


Examples = Annotated[list[Literal["pdf", "ccda"]], Field(max_length=2)]


class Reply(Body):
    """An answer; without a `context`, one about the patient of what is answered.

    `examples` are documents made here: a consultation report about the patient of the context.
    """

    text: str
    subject: Annotated[str, Field(max_length=998)] | None = None
    attachments: Annotated[list[Attachment], Field(max_length=100)] = []
    context: dict[str, Any] | None = None
    examples: Examples = []


class Letter(Written):
    """A message written in the name of another practice: without `from`, some listed one."""

    sender: Annotated[Address | None, Field(alias="from")] = None
    examples: Examples = []


class Match(Body):
    path_prefix: Text | None = None
    customer: Text | None = None


class Fault(Body):
    """A fault; `seconds` and `retry_after` matter to the faults that wait or tell to."""

    name: Literal[
        "slow",
        "error_500",
        "unavailable",
        "rate_limited",
        "malformed_json",
        "drop_before_accept",
        "drop_after_accept",
        "callbacks_late",
        "callbacks_doubled",
        "callbacks_out_of_order",
        "callbacks_badly_signed",
        "callbacks_dropped",
    ]
    match: Match = Match()
    times: Annotated[int, Field(ge=1)] | None = None
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    seconds: Annotated[float, Field(ge=0, le=3600)] = 2.0
    retry_after: Annotated[int, Field(ge=0, le=3600)] = 1


class SettingsChange(Body):
    processed_after: Annotated[float, Field(ge=0)] | None = None
    dispatched_after: Annotated[float, Field(ge=0)] | None = None
    callback_retry_scale: Annotated[float, Field(gt=0)] | None = None
    question_seconds: Annotated[float, Field(ge=0)] | None = None
    call_pause: Annotated[float, Field(ge=0)] | None = None
    ring_seconds: Annotated[float, Field(ge=0)] | None = None
    code_seconds: Annotated[float, Field(ge=0)] | None = None
    lock_seconds: Annotated[float, Field(ge=0)] | None = None
    review_seconds: Annotated[float, Field(ge=0)] | None = None
    seed: int | None = None
