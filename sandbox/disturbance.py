"""Makes requests to the API suffer the faults that are switched on."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .bodies import Fault
from .errors import ApiError
from .hisp import Hisp
from .registry import customer_of

REFUSALS = {
    "rate_limited": (429, "rate_limited", "Too many requests. Wait for the time in Retry-After."),
    "unavailable": (503, "unavailable", "The provider is down for maintenance."),
    "error_500": (500, "internal_error", "Something went wrong at the provider."),
}


class Disturbance:
    """In this order: wait, drop the connection, refuse, or process and then spoil the answer."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        struck = _struck(scope)
        if slow := struck.get("slow"):
            await asyncio.sleep(slow.seconds)
        if "drop_before_accept" in struck:
            await _drop(scope, receive)
        elif refusal := next((name for name in REFUSALS if name in struck), None):
            response = _refuse(struck[refusal]).response(scope["state"]["reference"])
            await response(scope, receive, send)
        elif "drop_after_accept" in struck:
            await self._app(scope, receive, _swallow)
            await _drop(scope, receive)
        elif "malformed_json" in struck:
            await self._app(scope, receive, _truncate(send))
        else:
            await self._app(scope, receive, _unless_lost(scope, send))
            if _is_lost(scope):
                await _drop(scope, receive)


def _is_lost(scope: Scope) -> bool:
    """Whether the route says that its answer gets lost on the way."""
    return scope["state"].get("answer_is_lost", False)


def _unless_lost(scope: Scope, send: Send) -> Send:
    async def unless_lost(message: Message) -> None:
        if not _is_lost(scope):
            await send(message)

    return unless_lost


def _struck(scope: Scope) -> dict[str, Fault]:
    """The faults that strike this request, by name."""
    hisp: Hisp = scope["app"].state.hisp
    if not hisp.faults.active():
        return {}
    authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    customer = customer_of(hisp.store.read(), authorization.removeprefix("Bearer "))
    return hisp.faults.request_faults(scope["path"], customer and customer.name)


def _refuse(fault: Fault) -> ApiError:
    status, code, message = REFUSALS[fault.name]
    wait = {} if fault.name == "error_500" else {"Retry-After": str(fault.retry_after)}
    return ApiError(status, code, message, headers=wait)


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer; the server's protocol class gives the way to."""
    scope["state"]["abort_connection"]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(_message: Message) -> None:
    pass


def _truncate(send: Send) -> Send:
    """Answer with the first half of the JSON, and say it is the whole."""
    start: Message = {}
    chunks: list[bytes] = []

    async def truncated(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            body = b"".join(chunks) or b'{"truncated": tru'
            half = body[: len(body) // 2 + 1]
            headers = {**dict(start["headers"]), b"content-length": str(len(half)).encode()}
            await send({**start, "headers": list(headers.items())})
            await send({"type": "http.response.body", "body": half})

    return truncated
