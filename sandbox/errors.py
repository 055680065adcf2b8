"""What a client is told when something is wrong: always the same JSON shape."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class ApiError(Exception):
    """A refusal with an HTTP status, a stable code, a sentence, and details such as suggestions."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        **details: Any,
    ):
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.details = details

    def response(self, reference: str) -> JSONResponse:
        error = {"code": self.code, "message": self.message, **self.details}
        return JSONResponse(
            {"error": {**error, "reference": reference}}, self.status, headers=self.headers
        )


def install(app: FastAPI) -> None:
    """Answer every kind of refusal in that shape."""
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _unrouted)


async def _refused(request: Request, error: ApiError) -> JSONResponse:
    return error.response(request.state.reference)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """Say what is wrong and where, never what was sent."""
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        refusal = ApiError(400, "malformed_json", "The request body isn't valid JSON.")
    else:
        sentences = [_sentence(request, problem) for problem in problems[:5]]
        refusal = ApiError(422, "invalid_request", "; ".join(sentences))
    return refusal.response(request.state.reference)


def _sentence(request: Request, problem: dict[str, Any]) -> str:
    """Place and problem. Of a form with personal data not even the names of fields are repeated."""
    place, kind = problem["loc"], problem["type"]
    if kind == "union_tag_invalid":
        return f"{_place(place)}: Unknown kind"
    if kind == "extra_forbidden" and "enrollments" in request.scope["route"].path:
        return f"{_place(place[:-1])}: Unknown field"
    return f"{_place(place)}: {problem['msg']}"


def _place(location: tuple[str | int, ...]) -> str:
    """``("body", "attachments", 0, "name")`` -> ``attachments.0.name``."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


async def _unrouted(request: Request, error: HTTPException) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    messages = {
        HTTPStatus.NOT_FOUND: "Nothing was found at this address.",
        HTTPStatus.METHOD_NOT_ALLOWED: "This address doesn't accept this method.",
    }
    refusal = ApiError(
        status,
        status.name.lower(),
        messages.get(status, f"{status.phrase}."),
        headers=error.headers,
    )
    return refusal.response(request.state.reference)
