"""The ASGI application: API, activation page, and controls that only tests have."""

import asyncio
import html
import secrets
from collections import deque
from typing import Annotated, Any, Literal

import requests
from fastapi import Body, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from .methods import Application, Stand, reply

WEBHOOK_SECONDS = 10


class Fault(BaseModel):
    """What happens to the next call of `method`, once.

    `lost`: it is carried out, then the connection breaks. `code`: refused with `value`. `slow`:
    it waits `value` seconds. `answer`: it is carried out, and `value` is answered instead.
    """

    method: str
    kind: Literal["lost", "code", "slow", "answer"]
    value: Any = None


def create_app() -> FastAPI:
    app = FastAPI(title="Updox stand-in", docs_url=None, redoc_url=None, openapi_url=None)
    stand = Stand()
    faults: deque[Fault] = deque()

    def next_fault(method: str) -> Fault | None:
        fault = next((fault for fault in faults if fault.method == method), None)
        if fault:
            faults.remove(fault)
        return fault

    @app.post("/api/io/{method}")
    async def call(request: Request, method: str, body: Annotated[Any, Body()]) -> Response:
        fault = next_fault(method)
        kind, value = (fault.kind, fault.value) if fault else (None, None)
        if kind == "code":
            return JSONResponse(reply(value))
        if kind == "slow":
            await asyncio.sleep(value)
        answer = stand.answer(method, body)
        if kind == "lost":
            request.state.abort_connection()
        return JSONResponse(value if kind == "answer" else answer)

    @app.get("/activate/{application_id}")
    def activation(application_id: str, accountId: str, userId: str) -> HTMLResponse:
        """The page for proving an identity; as Updox's test system it shows whom it is about."""
        application = stand.applications.get(application_id) or Application("")
        is_valid = (accountId, userId) in application.users
        about = html.escape(f"{accountId} {userId}")
        return HTMLResponse(
            f"<h1>Activation</h1><p style='color: {'green' if is_valid else 'red'}'>{about}</p>"
            "<form method='post'><button>Verify</button></form>",
            200 if is_valid else 404,
        )

    @app.post("/activate/{application_id}")
    def activate(application_id: str, accountId: str, userId: str) -> HTMLResponse:
        application = stand.applications[application_id]
        application.users[accountId, userId]["vetted"] = True
        application.practices[accountId]["vetted"] = True
        return HTMLResponse("<h1>Verified</h1><p>You may close this page.</p>")

    # --- controls ----------------------------------------------------------------------------

    @app.post("/stand-in/applications")
    def add_application() -> dict[str, str]:
        """A partner of its own, whom no other test disturbs."""
        id_, password = f"app-{len(stand.applications) + 1}", secrets.token_urlsafe()
        stand.applications[id_] = Application(password)
        return {"id": id_, "password": password}

    @app.post("/stand-in/faults", status_code=204)
    def add_fault(fault: Fault) -> None:
        faults.append(fault)

    @app.delete("/stand-in/faults", status_code=204)
    def clear_faults() -> None:
        faults.clear()

    @app.get("/stand-in/{application_id}")
    def look(application_id: str) -> dict[str, Any]:
        application = stand.applications[application_id]
        return {
            "practices": list(application.practices.values()),
            "users": list(application.users.values()),
            "messages": application.messages,
            "webhooks": application.webhooks,
            "calls": list(application.calls),
        }

    @app.post("/stand-in/{application_id}/webhooks/{event}")
    async def notify(application_id: str, event: str, body: Annotated[Any, Body()]) -> int:
        """Call the webhook of an event; the status it answered, 0 when nobody subscribed."""
        url = stand.applications[application_id].webhooks.get(event)
        if not url:
            return 0
        answer = await run_in_threadpool(requests.post, url, json=body, timeout=WEBHOOK_SECONDS)
        return answer.status_code

    return app
