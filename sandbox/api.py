"""The API that an EHR speaks, under /v1: see docs/provider-api.md."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from . import (
    CONFIRMATION_WINDOW_MINUTES,
    DOMAIN_SUFFIX,
    MAX_MESSAGE_BYTES,
    NAME,
    NOTICE,
    bodies,
    clock,
    directory,
    events,
    messages,
    registry,
)
from .errors import ApiError
from .hisp import Hisp
from .registry import Customer

KEY_MAX = 128
BEARER = HTTPBearer(auto_error=False, description="The API key of a customer.")


async def hisp_of(request: Request) -> Hisp:
    return request.app.state.hisp


async def customer_of(
    hisp: Annotated[Hisp, Depends(hisp_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Customer:
    customer = credentials and registry.customer_of(hisp.store.read(), credentials.credentials)
    if not customer:
        raise ApiError(
            401,
            "unauthorized",
            "The API key is missing or unknown.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return customer


TheHisp = Annotated[Hisp, Depends(hisp_of)]
Caller = Annotated[Customer, Depends(customer_of)]


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for the OpenAPI document."""
    return {status: {"model": bodies.Refusal} for status in statuses}


def required_key(key: str | None, thing: str) -> str:
    """The Idempotency-Key of a request that does something once; ApiError without one."""
    if not key or len(key) > KEY_MAX:
        raise ApiError(
            400,
            "idempotency_key_required",
            f"Send a header Idempotency-Key of 1 to {KEY_MAX} characters, new for each {thing}.",
        )
    return key


router = APIRouter(prefix="/v1", tags=["API"], responses=refusals(401, 422, 429, 500, 503))


@router.get("/ping", response_model=bodies.Ping)
def ping(customer: Caller):
    """Whether the key is good, whose it is, and what holds here."""
    return {
        "name": NAME,
        "notice": NOTICE,
        "customer": customer.name,
        "domain_suffix": DOMAIN_SUFFIX,
        "max_message_bytes": MAX_MESSAGE_BYTES,
        "confirmation_window_minutes": CONFIRMATION_WINDOW_MINUTES,
    }


@router.put("/callback", response_model=bodies.CallbackSet)
def set_callback(hisp: TheHisp, customer: Caller, body: bodies.Callback):
    """Have each event posted to this address, signed with this secret."""
    with hisp.store.write() as db:
        db.execute(
            "UPDATE customer SET callback_url = ?, callback_secret = ? WHERE id = ?",
            (str(body.url), body.secret, customer.id),
        )
    return {"url": str(body.url)}


@router.delete("/callback", status_code=204)
def delete_callback(hisp: TheHisp, customer: Caller) -> None:
    """Have no events posted any more."""
    with hisp.store.write() as db:
        db.execute(
            "UPDATE customer SET callback_url = NULL, callback_secret = NULL WHERE id = ?",
            (customer.id,),
        )


@router.post(
    "/domains",
    status_code=201,
    response_model=bodies.Domain,
    responses={200: {"model": bodies.Domain}, **refusals(409)},
)
def create_domain(hisp: TheHisp, customer: Caller, body: bodies.NewDomain, response: Response):
    """Give a practice its domain, for good."""
    with hisp.store.write() as db:
        created, practice = registry.create_domain(db, customer, body.label, body.practice)
    response.status_code = 201 if created else 200
    return registry.domain_state(practice)


@router.get("/domains/{domain}", response_model=bodies.Domain, responses=refusals(404))
def get_domain(hisp: TheHisp, customer: Caller, domain: str):
    """Whether the practice of this domain is authenticated."""
    return registry.domain_state(registry.own_domain(hisp.store.read(), customer, domain))


@router.post(
    "/domains/{domain}/addresses",
    status_code=201,
    response_model=bodies.AddressMade,
    responses={200: {"model": bodies.AddressMade}, **refusals(404, 409)},
)
def create_address(
    hisp: TheHisp, customer: Caller, domain: str, body: bodies.NewAddress, response: Response
):
    """Give a person an address in the practice's domain, for good."""
    with hisp.store.write() as db:
        practice = registry.own_domain(db, customer, domain)
        created, address = registry.create_address(
            db, practice["domain"], body.username, body.person
        )
    response.status_code = 201 if created else 200
    return {"address": address}


@router.get("/addresses/{address}", response_model=bodies.AddressCheck)
def check_address(hisp: TheHisp, _customer: Caller, address: str):
    """Whether this address exists and may be written to, and if not, why."""
    return registry.check_address(hisp.store.read(), address)


@router.post("/directory/search", response_model=bodies.Entries)
def search_directory(hisp: TheHisp, _customer: Caller, body: bodies.Search):
    """Find providers. A POST, so that what is typed stands in no access log."""
    return {"entries": directory.search(hisp.store.read(), body.query, body.limit)}


@router.post(
    "/messages",
    status_code=202,
    response_model=bodies.Accepted,
    responses={200: {"model": bodies.Replayed}, **refusals(400, 403, 409, 413)},
)
def send_message(
    hisp: TheHisp,
    customer: Caller,
    body: bodies.NewMessage,
    idempotency_key: Annotated[str | None, Header()] = None,
):
    """Take a message for delivery: 202 once, and 200 however often the same is sent again."""
    key = required_key(idempotency_key, "message")
    files = messages.files_of(body)
    with hisp.store.write() as db:
        created, message = messages.submit(db, customer, key, body, files)
    answer = {
        "id": message["id"],
        "status": "accepted",
        "accepted_at": clock.rfc3339(message["accepted_at"]),
    }
    return JSONResponse(answer, 202) if created else JSONResponse({**answer, "replayed": True})


@router.get(
    "/messages/by-key/{idempotency_key:path}",
    response_model=bodies.MessageState,
    response_model_exclude_none=True,
    responses=refusals(404),
)
def get_message_by_key(hisp: TheHisp, customer: Caller, idempotency_key: str):
    """Whether a message with this key was accepted, and where it stands."""
    return _state(messages.find_by_key(hisp.store.read(), customer, idempotency_key))


@router.get(
    "/messages/{id}",
    response_model=bodies.MessageState,
    response_model_exclude_none=True,
    responses=refusals(404),
)
def get_message(hisp: TheHisp, customer: Caller, id: str):
    """Where a message stands."""
    return _state(messages.find(hisp.store.read(), customer, id))


@router.get("/events", response_model=bodies.Events, response_model_exclude_none=True)
def list_events(
    hisp: TheHisp,
    customer: Caller,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
):
    """What happened since the cursor, oldest first; without a cursor, from the beginning."""
    return events.since(hisp.store.read(), customer.id, cursor, limit)


@router.get("/inbound", response_model=bodies.Waiting)
def list_inbound(
    hisp: TheHisp, customer: Caller, limit: Annotated[int, Query(ge=1, le=1000)] = 100
):
    """The messages received and not yet acknowledged, oldest first."""
    return messages.waiting(hisp.store.read(), customer, limit)


@router.get("/inbound/{id}", response_model=bodies.Inbound, responses=refusals(404))
def get_inbound(hisp: TheHisp, customer: Caller, id: str):
    """A received message with its content."""
    return messages.received(hisp.store.read(), customer, id)


@router.post("/inbound/{id}/acknowledge", status_code=204, responses=refusals(404))
def acknowledge(hisp: TheHisp, customer: Caller, id: str) -> None:
    """Say that a received message is stored; it is then no longer listed."""
    with hisp.store.write() as db:
        messages.acknowledge(db, customer, id)


def _state(message: Any) -> dict[str, Any]:
    if message is None:
        raise messages.not_found()
    return messages.state(message)
