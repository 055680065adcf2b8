"""The part of the API by which a legal representative proves who they are."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from . import agreements, enrollments, registry
from . import enrollment_bodies as bodies
from .api import Caller, TheHisp, refusals, required_key

router = APIRouter(prefix="/v1", tags=["Enrollment"], responses=refusals(401, 422, 429, 500, 503))


@router.get("/agreements", response_model=bodies.Agreements)
def list_agreements(_customer: Caller):
    """The texts to be accepted, to the letter, before an enrollment."""
    return {"agreements": agreements.AGREEMENTS}


@router.post(
    "/domains/{domain}/enrollments",
    status_code=201,
    response_model=bodies.Enrollment,
    responses={200: {"model": bodies.Enrollment}, **refusals(404, 423)},
)
def create_enrollment(
    hisp: TheHisp, customer: Caller, domain: str, body: bodies.NewEnrollment, response: Response
):
    """Begin to prove who represents the practice; another reference takes an older one's place."""
    with hisp.store.write() as db:
        practice = registry.own_domain(db, customer, domain)
        created, enrollment = hisp.enrollments.open(db, practice, body)
        response.status_code = 201 if created else 200
        return hisp.enrollments.state(db, enrollment)


@router.post(
    "/domains/{domain}/hosted-enrollments",
    status_code=201,
    response_model=bodies.HostedEnrollment,
    responses=refusals(404, 423),
)
def create_hosted_enrollment(
    hisp: TheHisp,
    customer: Caller,
    domain: str,
    body: bodies.NewHostedEnrollment,
    request: Request,
):
    """A page of the provider on which to prove it; it can be used once, within an hour."""
    practice = registry.own_domain(hisp.store.read(), customer, domain)
    hisp.enrollments.refuse_while_locked(practice)
    token = hisp.visits.expect(practice["domain"], practice["name"], body.return_url)
    return {"url": f"{request.base_url}hosted/{token}"}


@router.get("/enrollments/{id}", response_model=bodies.Enrollment, responses=refusals(404))
def get_enrollment(hisp: TheHisp, customer: Caller, id: str):
    """Where an enrollment stands."""
    db = hisp.store.read()
    return hisp.enrollments.state(db, enrollments.find(db, id, customer))


@router.post(
    "/enrollments/{id}/questions",
    status_code=201,
    response_model=bodies.Questions,
    responses=refusals(404, 409, 423),
)
def ask_questions(hisp: TheHisp, customer: Caller, id: str, _body: bodies.NewQuestions):
    """A set of questions that only this person should be able to answer; it uses a try."""
    with hisp.store.write() as db:
        return hisp.enrollments.ask(db, enrollments.find(db, id, customer))


@router.post(
    "/enrollments/{id}/questions/{questions_id}/answers",
    status_code=204,
    responses=refusals(404, 409, 410, 423),
)
def answer_question(
    hisp: TheHisp, customer: Caller, id: str, questions_id: str, body: bodies.Answer
) -> None:
    """Answer the next question, in time; whether rightly is never told."""
    enrollment = enrollments.find(hisp.store.read(), id, customer)
    hisp.enrollments.answer(enrollment, questions_id, body.question_id, body.choice_id)


@router.post(
    "/enrollments/{id}/call",
    status_code=202,
    response_model=bodies.Called,
    responses=refusals(404, 409, 423),
)
def call(hisp: TheHisp, customer: Caller, id: str, body: bodies.NewCall):
    """Call this telephone: it says a code, and records a statement."""
    with hisp.store.write() as db:
        called = hisp.enrollments.call(db, enrollments.find(db, id, customer), body.phone)
    return {"call": hisp.enrollments.call_state(called)}


@router.post(
    "/enrollments/{id}/verify",
    response_model=bodies.Verified,
    responses=refusals(400, 404, 409, 423),
)
def verify(
    hisp: TheHisp,
    customer: Caller,
    id: str,
    body: bodies.Verification,
    request: Request,
    idempotency_key: Annotated[str | None, Header()] = None,
):
    """Attempt the proof: one attempt for each key, however often it is sent."""
    key = required_key(idempotency_key, "attempt")
    with hisp.store.write() as db:
        enrollment = enrollments.find(db, id, customer)
        outcome, is_lost = hisp.enrollments.verify(db, enrollment, key, body)
    request.state.answer_is_lost = is_lost
    return outcome
