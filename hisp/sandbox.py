"""Adapter to the sandbox HISP: the JSON API of docs/provider-api.md."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote

from ..tools import signature
from . import errors
from .answer import MALFORMED, Answer
from .base import (
    Accepted,
    AddressCheck,
    Attachment,
    Capability,
    DirectoryEntry,
    Event,
    EventType,
    Hisp,
    IncomingMessage,
    Item,
    OutgoingMessage,
    Page,
    Person,
    Practice,
    ProviderInfo,
    Reading,
)
from .enrollment import (
    CALL_STATES,
    ENROLLMENT_STATES,
    Agreement,
    Applicant,
    Choice,
    EnrollmentStatus,
    Evidence,
    PhoneCall,
    Question,
    QuestionSet,
)
from .http import BearerAuth, HttpClient

ERRORS = {
    "unauthorized": errors.NotAuthorized,
    "domain_taken": errors.DomainTaken,
    "domain_reserved": errors.DomainTaken,
    "domain_exists": errors.DomainExists,
    "domain_invalid": errors.DomainInvalid,
    "address_taken": errors.AddressTaken,
    "address_reserved": errors.AddressTaken,
    "address_invalid": errors.AddressInvalid,
    "practice_not_authenticated": errors.NotAuthenticated,
    "sender_unknown": errors.SenderUnknown,
    "invalid_address": errors.InvalidAddress,
    "untrusted_address": errors.Untrusted,
    "too_large": errors.TooLarge,
    "message_not_found": errors.NotFound,
    "enrollment_not_found": errors.NotFound,
    "enrollment_closed": errors.EnrollmentClosed,
    "enrollment_incomplete": errors.Incomplete,
    "agreement_outdated": errors.AgreementOutdated,
    "agreement_missing": errors.AgreementOutdated,
    "questions_used_up": errors.QuestionsUsedUp,
    "questions_expired": errors.QuestionsExpired,
    "question_answered": errors.AlreadyAnswered,
    "locked": errors.Locked,
    "domain_not_found": errors.NotFound,
}
EVENTS = {
    "message.processed": EventType.PROCESSED,
    "message.dispatched": EventType.DISPATCHED,
    "message.displayed": EventType.DISPLAYED,
    "message.failed": EventType.FAILED,
    "message.received": EventType.RECEIVED,
    "domain.authenticated": EventType.AUTHENTICATED,
    "enrollment.call": EventType.ENROLLMENT,
    "enrollment.verified": EventType.ENROLLMENT,
    "enrollment.failed": EventType.ENROLLMENT,
    "enrollment.locked": EventType.ENROLLMENT,
    "enrollment.review": EventType.ENROLLMENT,
    "enrollment.rejected": EventType.ENROLLMENT,
}
# Codes whose sentence of ours says more to a clinician than the provider's
OWN_SENTENCES = {
    "unauthorized",
    "practice_not_authenticated",
    "sender_unknown",
    "enrollment_incomplete",
    "questions_used_up",
    "questions_expired",
    "locked",
}
# What an attempt leads to -> the state of its enrollment
OUTCOMES = {"failed": "open", "verified": "verified", "locked": "locked", "review": "review"}
EVENTS_QUEUE, INBOX = "events", "inbox"
JSON = "application/json"
MOST_LISTED = 1000  # of the inbox at once: what waits to be fetched again hides no other
DIRECTORY_DETAILS = (
    "organization",
    "specialty",
    "npi",
    "street",
    "city",
    "state",
    "zip",
    "phone",
)


class SandboxHisp(Hisp):
    """Speaks the sandbox's API, which any provider may implement."""

    capabilities = frozenset(Capability)

    @cached_property
    def _http(self) -> HttpClient:
        # Made when it is needed: loading the authorities costs more than reading a callback
        return HttpClient(
            self.config.base_url,
            BearerAuth(self.config.api_key),
            _explain,
            tls_floor=self.config.tls_floor,
            ca_certificate=self.config.ca_certificate,
            private_network=self.config.private_network,
        )

    def check(self) -> ProviderInfo:
        return self._http.request("GET", "/v1/ping", read=_info)

    def register_callback(self, url: str, secret: str) -> None:
        self._http.request("PUT", "/v1/callback", json={"url": url, "secret": secret})

    def create_domain(self, label: str, practice: Practice) -> str:
        return self._http.request(
            "POST",
            "/v1/domains",
            read=lambda answer: answer.text("domain"),
            json={
                "label": label,
                "practice": {
                    "reference": practice.reference,
                    "name": practice.name,
                    "npi": practice.npi or None,
                    "phone": practice.phone or None,
                },
            },
        )

    def is_authenticated(self, domain: str) -> bool:
        return self._http.request(
            "GET", _domain(domain), read=lambda answer: answer.flag("authenticated")
        )

    def create_address(self, domain: str, username: str, person: Person) -> str:
        return self._http.request(
            "POST",
            _domain(domain, "addresses"),
            read=lambda answer: answer.text("address"),
            json={
                "username": username,
                "person": {
                    "reference": person.reference,
                    "name": person.name,
                    "npi": person.npi or None,
                    "specialty": person.specialty or None,
                },
            },
        )

    def check_address(self, address: str, sender_domain: str = "") -> AddressCheck:
        return self._http.request(
            "GET", f"/v1/addresses/{quote(address, safe='')}", read=_address_check
        )

    def search_directory(self, query: str, limit: int = 20) -> tuple[DirectoryEntry, ...]:
        return self._http.request(
            "POST",
            "/v1/directory/search",
            read=lambda answer: tuple(map(_directory_entry, answer.objects("entries"))),
            json={"query": query, "limit": limit},
        )

    def send(self, message: OutgoingMessage, idempotency_key: str) -> Accepted:
        return self._http.request(
            "POST",
            "/v1/messages",
            read=_accepted,
            headers={"Idempotency-Key": idempotency_key},
            json={
                "from": message.sender,
                "to": message.recipient,
                "subject": message.subject,
                "text": message.text,
                "context": message.context,
                "in_reply_to": message.in_reply_to or None,
                "attachments": [
                    {
                        "name": attachment.name,
                        "content_type": attachment.content_type,
                        "content": attachment.content,
                    }
                    for attachment in message.attachments
                ],
            },
            repeatable=False,
        )

    def close(self) -> None:
        if "_http" in vars(self):
            self._http.close()

    def find(self, idempotency_key: str) -> Accepted | None:
        try:
            path = f"/v1/messages/by-key/{quote(idempotency_key, safe='')}"
            return self._http.request("GET", path, read=_accepted)
        except errors.NotFound:
            return None

    # --- the feed ----------------------------------------------------------------------------

    def queues(self) -> tuple[str, ...]:
        return (EVENTS_QUEUE, INBOX)

    def feed(self, queue: str, state: str = "") -> Page:
        """Events by their cursor; the inbox as a list of what was not acknowledged."""
        if queue == EVENTS_QUEUE:
            path = f"/v1/events?cursor={quote(state, safe='')}"
            return self._http.request("GET", path, read=_event_page)
        return self._http.request("GET", f"/v1/inbound?limit={MOST_LISTED}", read=_waiting)

    def fetch(self, item: Item) -> Item:
        if item.queue != INBOX:
            return item
        return self._http.request(
            "GET", _inbound(item.key), read=lambda answer: _fetched(answer, item)
        )

    def acknowledge(self, item: Item) -> None:
        if item.queue == INBOX:
            self._http.request("POST", _inbound(item.key, "acknowledge"))

    @staticmethod
    def read_item(item: Item) -> Reading:
        answer = Answer(json.loads(item.content))
        if item.queue == EVENTS_QUEUE:
            return Reading(events=(_event(answer),))
        return Reading(_incoming(answer))

    # --- enrollment --------------------------------------------------------------------------

    def agreements(self) -> tuple[Agreement, ...]:
        return self._http.request(
            "GET",
            "/v1/agreements",
            read=lambda answer: tuple(map(_agreement, answer.objects("agreements"))),
        )

    def start_enrollment(
        self, domain: str, reference: str, accepted: tuple[Agreement, ...]
    ) -> EnrollmentStatus:
        acceptances = [
            {
                "code": agreement.code,
                "version": agreement.version,
                "sha256": hashlib.sha256(agreement.text.encode()).hexdigest(),
            }
            for agreement in accepted
        ]
        return self._http.request(
            "POST",
            _domain(domain, "enrollments"),
            read=_status,
            json={"reference": reference, "acceptances": acceptances},
        )

    def enrollment_status(self, enrollment_id: str) -> EnrollmentStatus:
        return self._http.request("GET", _enrollment(enrollment_id), read=_status)

    def questions(self, enrollment_id: str, applicant: Applicant) -> QuestionSet:
        return self._http.request(
            "POST",
            _enrollment(enrollment_id, "questions"),
            read=_question_set,
            json={"person": _person(applicant)},
        )

    def answer(self, enrollment_id: str, questions_id: str, question_id: str, choice_id: str):
        # Answered already: what came back from an earlier try of this request was lost
        with suppress(errors.AlreadyAnswered):
            self._http.request(
                "POST",
                _enrollment(enrollment_id, "questions", questions_id, "answers"),
                json={"question_id": question_id, "choice_id": choice_id},
                repeatable=False,
            )

    def call(self, enrollment_id: str, phone: str) -> PhoneCall:
        try:
            return self._http.request(
                "POST",
                _enrollment(enrollment_id, "call"),
                read=lambda answer: _call(answer.object("call")),
                json={"phone": phone},
                repeatable=False,
            )
        except errors.Busy as error:
            if error.retry_after:
                raise errors.CallTooSoon(retry_after=error.retry_after) from None
            raise

    def verify(
        self, enrollment_id: str, applicant: Applicant, evidence: Evidence, idempotency_key: str
    ) -> EnrollmentStatus:
        financial = {"kind": evidence.financial_kind}
        if evidence.financial_kind == "knowledge":
            financial["questions_id"] = evidence.questions_id
        else:
            financial["number"] = evidence.financial_number
        return self._http.request(
            "POST",
            _enrollment(enrollment_id, "verify"),
            read=lambda answer: EnrollmentStatus(
                enrollment_id,
                OUTCOMES[answer.text("state")],
                answer.number("attempts_left"),
                answer.instant_or_none("locked_until"),
            ),
            headers={"Idempotency-Key": idempotency_key},
            json={
                "person": _person(applicant),
                "government": {
                    "kind": evidence.government_kind,
                    "number": evidence.government_number,
                },
                "financial": financial,
                "confirmation_code": evidence.confirmation_code,
            },
            repeatable=False,
        )

    def hosted_enrollment_url(self, domain: str, representative: Person, return_url: str) -> str:
        return self._http.request(
            "POST",
            _domain(domain, "hosted-enrollments"),
            read=lambda answer: answer.text("url"),
            json={"reference": representative.reference, "return_url": return_url},
        )

    # --- callbacks ---------------------------------------------------------------------------

    def read_callback(self, headers: Mapping[str, str], body: bytes, now: float) -> list[Event]:
        if not signature.is_authentic(
            self.config.callback_secrets,
            headers.get("X-Direct-Timestamp") or "",
            body,
            headers.get("X-Direct-Signature") or "",
            now,
        ):
            raise errors.CallbackRejected
        try:
            return [_event(Answer(json.loads(body)))]
        except MALFORMED:
            raise errors.CallbackRejected from None


def _domain(*parts: str) -> str:
    return "/v1/domains/" + "/".join(quote(part, safe="") for part in parts)


def _inbound(*parts: str) -> str:
    return "/v1/inbound/" + "/".join(quote(part, safe="") for part in parts)


def _enrollment(*parts: str) -> str:
    return "/v1/enrollments/" + "/".join(quote(part, safe="") for part in parts)


def _person(applicant: Applicant) -> dict:
    # Only what there is: an empty middle name is no middle name
    return {name: value for name, value in asdict(applicant).items() if value}


# --- what comes back -------------------------------------------------------------------------


def _info(answer: Answer) -> ProviderInfo:
    return ProviderInfo(
        name=answer.text("name"),
        domain_suffix=answer.text("domain_suffix"),
        notice=answer.text_or_empty("notice"),
        max_message_bytes=answer.number("max_message_bytes"),
        confirmation_minutes=answer.number("confirmation_window_minutes"),
    )


def _address_check(answer: Answer) -> AddressCheck:
    return AddressCheck(
        address=answer.text("address"),
        valid=answer.flag("valid"),
        trusted=answer.flag("trusted"),
        name=answer.text_or_empty("name"),
        organization=answer.text_or_empty("organization"),
        reason=answer.text_or_empty("reason"),
    )


def _directory_entry(answer: Answer) -> DirectoryEntry:
    return DirectoryEntry(
        address=answer.text("address"),
        name=answer.text("name"),
        **{name: answer.text_or_empty(name) for name in DIRECTORY_DETAILS},
    )


def _accepted(answer: Answer) -> Accepted:
    return Accepted(answer.text("id"), answer.instant_or_none("accepted_at"))


def _event_page(answer: Answer) -> Page:
    return Page(
        items=tuple(map(_event_item, answer.things("events"))),
        state=answer.text_or_empty("cursor"),
        more=answer.flag("more"),
    )


def _event_item(event: Any) -> Item:
    """An event as it came; one without an id has its digest for a name, and is kept as it is."""
    content = json.dumps(event).encode()
    id_ = event.get("id") if isinstance(event, dict) else None
    key = id_ if id_ and isinstance(id_, str) else hashlib.sha256(content).hexdigest()
    return Item(EVENTS_QUEUE, key, JSON, content, is_status=True)


def _waiting(answer: Answer) -> Page:
    items = tuple(Item(INBOX, id_, JSON) for id_ in answer.texts("ids"))
    return Page(items, more=answer.flag("more"))


def _fetched(answer: Answer, item: Item) -> Item:
    # Whatever else is wrong with it: it is this one, and whole, so it may be acknowledged
    if answer.text("id") != item.key:
        raise ValueError
    return replace(item, content=answer.raw)


def _event(answer: Answer) -> Event:
    return Event(
        external_id=answer.text("id"),
        type=EVENTS.get(answer.text("type"), EventType.OTHER),
        at=answer.instant_or_none("at"),
        message_id=answer.text_or_empty("message_id"),
        idempotency_key=answer.text_or_empty("idempotency_key"),
        domain=answer.text_or_empty("domain"),
        enrollment_id=answer.text_or_empty("enrollment_id"),
        reason=answer.text_or_empty("reason"),
    )


def _incoming(answer: Answer) -> IncomingMessage:
    return IncomingMessage(
        sender=answer.text("from"),
        recipient=answer.text("to"),
        subject=answer.text_or_empty("subject"),
        text=answer.text_or_empty("text"),
        attachments=tuple(
            Attachment(file.text("name"), file.text("content_type"), file.content("content"))
            for file in answer.objects("attachments")
        ),
        context=answer.object_or_none("context"),
        message_id=answer.text_or_empty("message_id"),
        in_reply_to=answer.text_or_empty("in_reply_to"),
        sent_at=answer.instant_or_none("sent_at"),
    )


def _agreement(answer: Answer) -> Agreement:
    return Agreement(*(answer.text(name) for name in ("code", "title", "version", "text")))


def _call(answer: Answer) -> PhoneCall:
    return PhoneCall(
        state=answer.choice("state", CALL_STATES),
        code_expires_at=answer.instant_or_none("code_expires_at"),
        call_again_at=answer.instant_or_none("call_again_at"),
    )


def _status(answer: Answer) -> EnrollmentStatus:
    return EnrollmentStatus(
        external_id=answer.text("id"),
        state=answer.choice("state", ENROLLMENT_STATES),
        attempts_left=answer.number("attempts_left"),
        locked_until=answer.instant_or_none("locked_until"),
        call=_call(answer.object("call")),
        questions_tries_left=answer.number("questions_tries_left"),
    )


def _question_set(answer: Answer) -> QuestionSet:
    return QuestionSet(
        id=answer.text("id"),
        questions=tuple(
            Question(
                question.text("id"),
                question.text("text"),
                tuple(
                    Choice(choice.text("id"), choice.text("text"))
                    for choice in question.objects("choices")
                ),
            )
            for question in answer.objects("questions")
        ),
        seconds_per_question=answer.number("seconds_per_question"),
        tries_left=answer.number("tries_left"),
    )


def _explain(answer: Answer) -> errors.HispError:
    """Turn ``{"error": {"code", "message", "suggestions", "reference"}}`` into a typed error."""
    error = answer.object("error")
    code = error.text("code")
    existing = error.text_or_empty("domain")
    return ERRORS.get(code, errors.Refused)(
        None if code in OWN_SENTENCES else error.text_or_empty("message"),
        reference=error.text_or_empty("reference") or None,
        suggestions=error.texts("suggestions") or ((existing,) if existing else ()),
        until=error.instant_or_none("locked_until"),
    )
