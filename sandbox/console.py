"""The console: pages on which a person sees everything and acts as the other practice."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined

from . import NAME, NOTICE, desk, examples, persons, registry
from .api import TheHisp
from .faults import EXPLAINED
from .hisp import Hisp

STATIC = Path(__file__).with_name("static")


def policy(form_action: str = "'none'") -> str:
    """What a page may load and do: only what comes from here, and forms go where this says."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action {form_action}"
    )


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
PAGE_SIZE = 100
CLOCKS = {
    "call_pause": "Pause before the next call",
    "ring_seconds": "A call rings",
    "code_seconds": "Confirmation code is valid for",
    "question_seconds": "Time for each question",
    "lock_seconds": "Lockout after too many attempts",
    "review_seconds": "A review takes",
}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def install(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def clock_time(rfc3339: str) -> str:
    """``2026-03-01T14:05:09.250Z`` -> ``14:05:09``, in UTC."""
    return f"{datetime.fromisoformat(rfc3339):%H:%M:%S}"


def file_size(size: int) -> str:
    """``40960`` -> ``40.0 KB``."""
    return f"{size} bytes" if size < 1024 else f"{size / 1024:,.1f} KB"


TEMPLATES = Environment(
    loader=PackageLoader(__package__),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {"clock_time": clock_time, "file_size": file_size}
TEMPLATES.globals |= {"NAME": NAME, "NOTICE": NOTICE}


def render(
    template: str, *, status_code: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    text = TEMPLATES.get_template(template).render(values)
    return HTMLResponse(text, status_code, {**HEADERS, **(headers or {})})


def page(hisp: Hisp, template: str, **values: Any) -> HTMLResponse:
    """A page of the console, on each of which it is seen that the phone rings."""
    calls = hisp.enrollments.calls(hisp.store.read())
    ringing = [call["practice"] for call in calls if call["call"]["state"] == "calling"]
    return render(template, ringing=ringing, **values)


@router.get("/")
def all_messages(hisp: TheHisp) -> HTMLResponse:
    db = hisp.store.read()
    return page(
        hisp,
        "messages.html",
        here="messages",
        counts=desk.counts(db),
        messages=desk.messages(db, PAGE_SIZE),
    )


@router.get("/messages/{id}")
def one_message(hisp: TheHisp, id: str) -> HTMLResponse:
    message = desk.message(hisp.store.read(), id)
    patient = examples.patient_of(message["context"])
    return page(hisp, "message.html", here="messages", message=message, patient=patient)


@router.get("/practices")
def all_practices(hisp: TheHisp) -> HTMLResponse:
    return page(
        hisp, "practices.html", here="practices", practices=desk.practices(hisp.store.read())
    )


@router.get("/mailboxes/{address}")
def one_mailbox(hisp: TheHisp, address: str) -> HTMLResponse:
    db = hisp.store.read()
    return page(
        hisp,
        "mailbox.html",
        here="practices",
        mailbox=registry.check_address(db, address),
        messages=desk.messages(db, PAGE_SIZE, address),
        others=[
            box["address"]
            for practice in desk.practices(db)
            for box in practice["mailboxes"]
            if practice["customer"] is None and box["address"] != address
        ],
    )


@router.get("/enrollments")
def all_enrollments(hisp: TheHisp) -> HTMLResponse:
    db = hisp.store.read()
    return page(
        hisp,
        "enrollments.html",
        here="enrollments",
        calls=hisp.enrollments.calls(db),
        enrollments=hisp.enrollments.newest(db, PAGE_SIZE),
        persons=persons.EXPLAINED,
        clocks=CLOCKS,
        settings=hisp.settings.values,
    )


@router.get("/events")
def all_events(hisp: TheHisp, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> HTMLResponse:
    return page(hisp, "events.html", here="events", events=desk.timeline(hisp.store.read(), limit))


@router.get("/faults")
def all_faults(hisp: TheHisp) -> HTMLResponse:
    active: dict[str, list[Any]] = {name: [] for name in EXPLAINED}
    for fault in hisp.faults.active():
        active[fault.name].append(fault)
    return page(
        hisp,
        "faults.html",
        here="faults",
        explained=EXPLAINED,
        active=active,
        settings=hisp.settings.values,
    )
