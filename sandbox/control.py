"""The test controls, under /sandbox: act as the other practice, as the registrar, as fate.

They need no key; guard.py says what protects them.
"""

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from . import bodies, desk, enrollment_bodies, enrollments, examples, messages, registry
from .api import TheHisp, refusals
from .errors import ApiError

router = APIRouter(prefix="/sandbox", tags=["Controls"], responses=refusals(403, 415, 422))


@router.post("/customers", status_code=201, responses=refusals(409))
def add_customer(hisp: TheHisp, body: bodies.NewCustomer) -> dict[str, str]:
    """A new customer and the API key, which is shown this once."""
    with hisp.store.write() as db:
        return {"name": body.name, "api_key": registry.add_customer(db, body.name)}


@router.post(
    "/domains/{domain}/authenticate", response_model=bodies.Domain, responses=refusals(404)
)
def authenticate(hisp: TheHisp, domain: str, body: bodies.Authentication):
    """Authenticate a practice, or take that back, without a legal representative."""
    with hisp.store.write() as db:
        practice = registry.set_authenticated(db, hisp.events, domain, body.authenticated)
        return registry.domain_state(practice)


@router.get("/settings")
def get_settings(hisp: TheHisp) -> dict[str, float]:
    return asdict(hisp.settings.values)


@router.put("/settings")
def change_settings(hisp: TheHisp, body: bodies.SettingsChange) -> dict[str, float]:
    """Change what is named. Delays count from acceptance, also for messages under way."""
    changes = body.model_dump(exclude_none=True)
    if "seed" in changes:
        hisp.faults.seed(changes.pop("seed"))
    return asdict(hisp.settings.change(**changes))


@router.get("/faults")
def list_faults(hisp: TheHisp) -> dict[str, list[bodies.Fault]]:
    """The faults that are on, with the `times` that are left."""
    return {"faults": hisp.faults.active()}


@router.put("/faults")
def switch_fault_on(hisp: TheHisp, body: bodies.Fault) -> bodies.Fault:
    """Switch a fault on; one of the same name and match is replaced."""
    hisp.faults.switch_on(body)
    return body


@router.delete("/faults", status_code=204)
def switch_faults_off(hisp: TheHisp, name: str | None = None) -> None:
    """Switch all faults off, or those of one name."""
    hisp.faults.switch_off(name)


@router.get("/counts")
def count(hisp: TheHisp) -> dict[str, int]:
    """Messages by status, keys used, and duplicates: always 0."""
    return desk.counts(hisp.store.read())


@router.get("/messages")
def list_messages(
    hisp: TheHisp,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
    mailbox: str | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """The newest messages of all customers, or of one mailbox."""
    return {"messages": desk.messages(hisp.store.read(), limit, mailbox)}


@router.get("/messages/{id}", responses=refusals(404))
def show_message(hisp: TheHisp, id: str) -> dict[str, Any]:
    """A message with its text, the size and SHA-256 of its attachments, and its events."""
    return desk.message(hisp.store.read(), id)


@router.get("/messages/{id}/attachments/{position}", responses=refusals(404))
def get_attachment(hisp: TheHisp, id: str, position: int) -> Response:
    """The bytes of an attachment, counted from 0, always as a download."""
    found = desk.attachment(hisp.store.read(), id, position)
    return Response(
        found["content"],
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found['name'], safe='')}",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.post("/messages/{id}/display", status_code=204, responses=refusals(404, 409))
def display(hisp: TheHisp, id: str) -> None:
    """Read a message as its recipient: the sender is told that it was displayed."""
    with hisp.store.write() as db:
        hisp.delivery.display(db, id)


@router.post("/messages/{id}/fail", status_code=204, responses=refusals(404, 409))
def fail(hisp: TheHisp, id: str, body: bodies.Failure) -> None:
    """Refuse a message as its recipient, or let its delivery fail; also when it was dispatched."""
    with hisp.store.write() as db:
        hisp.delivery.fail(db, id, body.reason)


@router.post("/messages/{id}/reply", status_code=201, responses=refusals(404, 413))
def reply(hisp: TheHisp, id: str, body: bodies.Reply) -> dict[str, str]:
    """Answer a message as its recipient."""
    original = desk.message(hisp.store.read(), id)
    letter = bodies.Letter(
        subject=body.subject or f"Re: {original['subject']}"[:998],
        text=body.text,
        attachments=body.attachments,
        context=body.context or _context_of_answer(original["context"]),
        in_reply_to=id,
        examples=body.examples,
    )
    return _write(hisp, letter, original["to"], original["from"])


@router.post("/mailboxes/{address}/messages", status_code=201, responses=refusals(404, 413))
def write(hisp: TheHisp, address: str, body: bodies.Letter) -> dict[str, str]:
    """Write to a mailbox as another practice."""
    sender = body.sender or desk.some_provider(hisp.store.read())
    return _write(hisp, body, sender, address.lower())


@router.get("/enrollments", response_model=enrollment_bodies.EnrollmentsSeen)
def list_enrollments(hisp: TheHisp, limit: Annotated[int, Query(ge=1, le=1000)] = 100):
    """The newest enrollments of all customers."""
    return {"enrollments": hisp.enrollments.newest(hisp.store.read(), limit)}


@router.post(
    "/enrollments/{id}/answer-call",
    response_model=enrollment_bodies.Spoken,
    responses=refusals(404, 409),
)
def answer_call(hisp: TheHisp, id: str, _body: enrollment_bodies.Nothing):
    """Answer the telephone that rings: the code that it says."""
    with hisp.store.write() as db:
        return {"code": hisp.enrollments.answer_call(db, enrollments.find(db, id))}


@router.post("/enrollments/{id}/record", status_code=204, responses=refusals(404, 409))
def record_call(hisp: TheHisp, id: str, _body: enrollment_bodies.Nothing) -> None:
    """Record the statement of the person who answered."""
    with hisp.store.write() as db:
        hisp.enrollments.record(db, enrollments.find(db, id))


@router.post("/enrollments/{id}/ignore-call", status_code=204, responses=refusals(404, 409))
def ignore_call(hisp: TheHisp, id: str, _body: enrollment_bodies.Nothing) -> None:
    """Let it ring in vain; or hang up after answering, before anything was recorded."""
    with hisp.store.write() as db:
        hisp.enrollments.hang_up(db, enrollments.find(db, id))


@router.post("/enrollments/{id}/expire-code", status_code=204, responses=refusals(404, 409))
def expire_code(hisp: TheHisp, id: str, _body: enrollment_bodies.Nothing) -> None:
    """Let the time of the call's code be over."""
    with hisp.store.write() as db:
        hisp.enrollments.expire_code(db, enrollments.find(db, id))


@router.post("/enrollments/{id}/review", status_code=204, responses=refusals(404, 409))
def review(hisp: TheHisp, id: str, body: enrollment_bodies.Review) -> None:
    """Decide what is in review; a rejection is a failed attempt."""
    with hisp.store.write() as db:
        hisp.enrollments.review(db, enrollments.find(db, id), body.approve)


@router.post("/enrollments/{id}/unlock", status_code=204, responses=refusals(404))
def unlock(hisp: TheHisp, id: str, _body: enrollment_bodies.Nothing) -> None:
    """End the lock-out of the practice before its time."""
    with hisp.store.write() as db:
        hisp.enrollments.unlock(db, enrollments.find(db, id))


def _context_of_answer(context: dict[str, Any] | None) -> dict[str, Any] | None:
    """About the same patient; what answers a referral is the report on it."""
    if not context or context.get("type") != "referral/order":
        return context
    return {**context, "type": "referral/report"}


def _write(hisp: Any, body: bodies.Letter, sender: str, recipient: str) -> dict[str, str]:
    """Store a message of any sender to a mailbox that is served here."""
    files = messages.files_of(body) + examples.documents(body.examples, body.context)
    if not registry.check_address(hisp.store.read(), recipient)["valid"]:
        raise ApiError(404, "mailbox_not_found", "This mailbox doesn't exist.")
    with hisp.store.write() as db:
        return {"id": messages.store(db, body, files, sender=sender, recipient=recipient)["id"]}
