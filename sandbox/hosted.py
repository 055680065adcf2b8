"""The provider's own page for proving an identity, to which an EHR may send a representative."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from . import registry
from .api import TheHisp
from .console import policy, render
from .visits import Visit

router = APIRouter(prefix="/hosted", include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/{token}")
def show(hisp: TheHisp, token: str) -> HTMLResponse:
    visit = hisp.visits.find(token)
    if visit is None:
        return _gone()
    back = urlsplit(visit.return_url)
    # Browsers hold a form to its policy through the redirect that answers it, and say from where
    # it comes only if the referrer policy lets them.
    headers = {
        "Content-Security-Policy": policy(f"'self' {back.scheme}://{back.netloc}"),
        "Referrer-Policy": "same-origin",
    }
    return render("hosted.html", headers=headers, token=token, visit=visit)


@router.post("/{token}/prove")
def prove(hisp: TheHisp, token: str) -> Response:
    """Authenticate the practice, and go back."""
    visit = hisp.visits.take(token)
    if visit:
        with hisp.store.write() as db:
            registry.set_authenticated(db, hisp.events, visit.domain, True)
    return _back(visit)


@router.post("/{token}/fail")
def fail(hisp: TheHisp, token: str) -> Response:
    """Go back without having proved anything."""
    return _back(hisp.visits.take(token))


def _back(visit: Visit | None) -> Response:
    if visit is None:
        return _gone()
    # Not a RedirectResponse, which would quote the address anew.
    headers = {"Location": visit.return_url, "Cache-Control": "no-store"}
    return Response(status_code=303, headers=headers)


def _gone() -> HTMLResponse:
    return render("hosted.html", status_code=404, token=None, visit=None)
