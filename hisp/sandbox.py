"""Adapter to the sandbox HISP: the JSON API of docs/provider-api.md."""

import base64
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from functools import cached_property
from urllib.parse import quote

from ..tools import signature
from . import errors
from .base import (
    Accepted,
    AddressCheck,
    Agreement,
    Applicant,
    Attachment,
    Capability,
    Choice,
    DirectoryEntry,
    EnrollmentStatus,
    Event,
    EventPage,
    EventType,
    Evidence,
    Hisp,
    IncomingMessage,
    OutgoingMessage,
    Person,
    PhoneCall,
    Practice,
    ProviderInfo,
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
        )

    def check(self) -> ProviderInfo:
        answer = self._http.request("GET", "/v1/ping")
        return ProviderInfo(
            name=answer["name"],
            domain_suffix=answer["domain_suffix"],
            notice=answer["notice"],
            max_message_bytes=answer["max_message_bytes"],
            confirmation_minutes=answer["confirmation_window_minutes"],
        )

    def register_callback(self, url: str, secret: str) -> None:
        self._http.request("PUT", "/v1/callback", json={"url": url, "secret": secret})

    def create_domain(self, label: str, practice: Practice) -> str:
        answer = self._http.request(
            "POST",
            "/v1/domains",
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
        return answer["domain"]

    def is_authenticated(self, domain: str) -> bool:
        return self._http.request("GET", f"/v1/domains/{quote(domain, safe='')}")["authenticated"]

    def create_address(self, domain: str, username: str, person: Person) -> str:
        answer = self._http.request(
            "POST",
            f"/v1/domains/{quote(domain, safe='')}/addresses",
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
        return answer["address"]

    def check_address(self, address: str) -> AddressCheck:
        answer = self._http.request("GET", f"/v1/addresses/{quote(address, safe='')}")
        return AddressCheck(
            **{name: answer[name] or "" for name in ("address", "name", "organization", "reason")},
            valid=answer["valid"],
            trusted=answer["trusted"],
        )

    def search_directory(self, query: str, limit: int = 20) -> tuple[DirectoryEntry, ...]:
        answer = self._http.request(
            "POST", "/v1/directory/search", json={"query": query, "limit": limit}
        )
        return tuple(DirectoryEntry(**entry) for entry in answer["entries"])

    def send(self, message: OutgoingMessage, idempotency_key: str) -> Accepted:
        answer = self._http.request(
            "POST",
            "/v1/messages",
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
                        "content": base64.b64encode(attachment.content).decode(),
                    }
                    for attachment in message.attachments
                ],
            },
            repeatable=False,
        )
        return _accepted(answer)

    def find(self, idempotency_key: str) -> Accepted | None:
        try:
            path = f"/v1/messages/by-key/{quote(idempotency_key, safe='')}"
            return _accepted(self._http.request("GET", path))
        except errors.NotFound:
            return None

    def events(self, cursor: str = "") -> EventPage:
        answer = self._http.request("GET", f"/v1/events?cursor={quote(cursor, safe='')}")
        return EventPage(
            events=tuple(_event(event) for event in answer["events"]),
            cursor=answer["cursor"],
            more=answer["more"],
        )

    # --- receiving ---------------------------------------------------------------------------

    def received(self, limit: int = 50) -> tuple[str, ...]:
        return tuple(self._http.request("GET", f"/v1/inbound?limit={limit}")["ids"])

    def fetch(self, external_id: str) -> IncomingMessage:
        answer = self._http.request("GET", _inbound(external_id))
        return IncomingMessage(
            external_id=answer["id"],
            sender=answer["from"],
            recipient=answer["to"],
            subject=answer["subject"],
            text=answer["text"],
            attachments=tuple(
                Attachment(file["name"], file["content_type"], base64.b64decode(file["content"]))
                for file in answer["attachments"]
            ),
            context=answer["context"],
            message_id=answer["message_id"],
            in_reply_to=answer["in_reply_to"] or "",
            sent_at=_instant(answer["sent_at"]),
        )

    def acknowledge(self, external_id: str) -> None:
        self._http.request("POST", _inbound(external_id, "acknowledge"))

    # --- enrollment --------------------------------------------------------------------------

    def agreements(self) -> tuple[Agreement, ...]:
        answer = self._http.request("GET", "/v1/agreements")
        return tuple(Agreement(**agreement) for agreement in answer["agreements"])

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
        return _status(
            self._http.request(
                "POST",
                f"/v1/domains/{quote(domain, safe='')}/enrollments",
                json={"reference": reference, "acceptances": acceptances},
            )
        )

    def enrollment_status(self, enrollment_id: str) -> EnrollmentStatus:
        return _status(self._http.request("GET", _enrollment(enrollment_id)))

    def questions(self, enrollment_id: str, applicant: Applicant) -> QuestionSet:
        answer = self._http.request(
            "POST", _enrollment(enrollment_id, "questions"), json={"person": _person(applicant)}
        )
        questions = tuple(
            Question(
                question["id"],
                question["text"],
                tuple(Choice(choice["id"], choice["text"]) for choice in question["choices"]),
            )
            for question in answer["questions"]
        )
        return QuestionSet(
            answer["id"], questions, answer["seconds_per_question"], answer["tries_left"]
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
            answer = self._http.request(
                "POST", _enrollment(enrollment_id, "call"), json={"phone": phone}, repeatable=False
            )
        except errors.Busy as error:
            if error.retry_after:
                raise errors.CallTooSoon(retry_after=error.retry_after) from None
            raise
        return _call(answer["call"])

    def verify(
        self, enrollment_id: str, applicant: Applicant, evidence: Evidence, idempotency_key: str
    ) -> EnrollmentStatus:
        financial = {"kind": evidence.financial_kind}
        if evidence.financial_kind == "knowledge":
            financial["questions_id"] = evidence.questions_id
        else:
            financial["number"] = evidence.financial_number
        answer = self._http.request(
            "POST",
            _enrollment(enrollment_id, "verify"),
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
        return EnrollmentStatus(
            enrollment_id,
            answer["state"],
            answer["attempts_left"],
            _instant(answer["locked_until"]),
        )

    def hosted_enrollment_url(self, domain: str, reference: str, return_url: str) -> str:
        answer = self._http.request(
            "POST",
            f"/v1/domains/{quote(domain, safe='')}/hosted-enrollments",
            json={"reference": reference, "return_url": return_url},
        )
        return answer["url"]

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
            return [_event(json.loads(body))]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise errors.CallbackRejected from None


def _inbound(*parts: str) -> str:
    return "/v1/inbound/" + "/".join(quote(part, safe="") for part in parts)


def _enrollment(*parts: str) -> str:
    return "/v1/enrollments/" + "/".join(quote(part, safe="") for part in parts)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _call(data: dict) -> PhoneCall:
    return PhoneCall(
        state=data["state"],
        code_expires_at=_instant(data.get("code_expires_at")),
        call_again_at=_instant(data.get("call_again_at")),
    )


def _status(data: dict) -> EnrollmentStatus:
    return EnrollmentStatus(
        external_id=data["id"],
        state=data["state"],
        attempts_left=data["attempts_left"],
        locked_until=_instant(data["locked_until"]),
        call=_call(data["call"]),
        questions_tries_left=data["questions_tries_left"],
    )


def _person(applicant: Applicant) -> dict:
    # Only what there is: an empty middle name is no middle name
    return {name: value for name, value in asdict(applicant).items() if value}


def _accepted(answer: dict) -> Accepted:
    try:
        at = answer["accepted_at"]
        return Accepted(external_id=answer["id"], at=at and datetime.fromisoformat(at))
    except (KeyError, TypeError, ValueError):
        raise errors.BadAnswer() from None


def _event(data: dict) -> Event:
    return Event(
        external_id=str(data["id"]),
        type=EVENTS.get(data["type"], EventType.OTHER),
        at=datetime.fromisoformat(data["at"]),
        message_id=data.get("message_id") or "",
        idempotency_key=data.get("idempotency_key") or "",
        domain=data.get("domain") or "",
        enrollment_id=data.get("enrollment_id") or "",
        reason=data.get("reason") or "",
    )


def _explain(body) -> errors.HispError:
    """Turn ``{"error": {"code", "message", "suggestions", "reference"}}`` into a typed error."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return errors.Refused()
    code = error.get("code")
    return ERRORS.get(code, errors.Refused)(
        None if code in OWN_SENTENCES else error.get("message"),
        reference=error.get("reference"),
        suggestions=tuple(error.get("suggestions") or filter(None, [error.get("domain")])),
        until=_instant(error.get("locked_until")),
    )
