"""What every request passes first and last: a number, a size limit, a log line, an answer."""

import logging
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import MAX_MESSAGE_BYTES
from .errors import ApiError
from .ticker import report

access_log = logging.getLogger("sandbox.access")

# A whole message in base64, with room for its other fields.
MAX_BODY_BYTES = MAX_MESSAGE_BYTES * 4 // 3 + 1024 * 1024


class Gate:
    """Number each request, read its body, log it without anything that was typed, mend a crash.

    The whole body is read before anything is answered, too long or not: a client that is still
    sending does not read an answer, it reports a broken connection.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reference = f"req-{secrets.token_hex(8)}"
        scope.setdefault("state", {})["reference"] = reference
        started, status = time.monotonic(), 0

        async def send_numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                header = (b"x-request-id", reference.encode())
                message = {**message, "headers": [*message.get("headers", []), header]}
            await send(message)

        try:
            await self._pass(scope, receive, send_numbered)
        except Exception as error:  # noqa: BLE001 (reported)
            report(error)
            if not status:
                crash = ApiError(
                    500, "internal_error", "Something went wrong in the sandbox. See its log."
                )
                await crash.response(reference)(scope, receive, send_numbered)
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            access_log.info(
                "%s %s %s %.0fms %s",
                scope["method"],
                _route(scope),
                status or "dropped",
                milliseconds,
                reference,
            )

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, size = await _read(receive)
        if size > MAX_BODY_BYTES:
            refusal = ApiError(
                413,
                "too_large",
                f"The request has {size} bytes; messages are limited to {MAX_MESSAGE_BYTES}.",
                size=size,
                limit=MAX_MESSAGE_BYTES,
            )
            await refusal.response(scope["state"]["reference"])(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)


async def _read(receive: Receive) -> tuple[bytes, int]:
    """The body, its end thrown away when it is too long, and how long it was."""
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks), size


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read, then whatever else happens on the connection."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _route(scope: Scope) -> str:
    """The template of the route, as ``/v1/addresses/{address}``: what was typed is not logged."""
    return getattr(scope.get("route"), "path", "(no route)")
