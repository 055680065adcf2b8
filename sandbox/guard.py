"""Keeps web pages of other origins away from the controls and the console.

Both work without a key, so that a person and a test can use them at once; what protects them is
that the server listens on the loopback interface, and that no page a browser shows can reach them:
neither by a name that resolves to 127.0.0.1 (the Host is checked), nor by a form or a script of
another origin (the Origin is, and what changes something must be JSON).
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import ApiError

HOSTS = frozenset({"localhost", "127.0.0.1"})
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
# Pages with forms as any web page has; each is behind a token that nobody else knows.
FORMS = "/hosted/"


class Guard:
    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = None
        if scope["type"] == "http" and not scope["path"].startswith("/v1/"):
            problem = _problem(scope["method"], scope["path"], Headers(scope=scope))
        if problem:
            await problem.response(scope["state"]["reference"])(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _problem(method: str, path: str, headers: Headers) -> ApiError | None:
    if urlsplit(f"//{headers.get('host', '')}").hostname not in HOSTS:
        return ApiError(403, "foreign_host", "Use http://127.0.0.1 or http://localhost.")
    origin = headers.get("origin")
    if origin and urlsplit(origin).netloc != headers["host"]:
        return ApiError(403, "foreign_origin", "Only the console's own pages may do this.")
    if path.startswith(FORMS):
        return None
    if method in WITH_BODY and headers.get("content-type", "").split(";")[0] != "application/json":
        return ApiError(415, "json_required", "Send a JSON body, with its Content-Type.")
    return None
