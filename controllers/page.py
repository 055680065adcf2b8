"""A clinical document as a page: nothing in it runs, loads or leads anywhere."""

import secrets
from pathlib import Path

from markupsafe import Markup
from odoo.http import request

from ..tools.cda import html, parse
from ..tools.files.show import Page

STYLE = Path(__file__).parents[1] / "static/document/document.css"
PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<style nonce="{nonce}">{style}</style></head><body>{body}</body></html>'
)
NOTHING = "default-src 'none'; sandbox"


def clinical_page(content: bytes, name: str):
    """Answer with a clinical document (CDA), or with why it cannot be shown."""
    try:
        clinical = parse.read(content)
    except parse.Unreadable as reason:
        return text_page(name, str(reason))
    return _page(clinical.title, html.render(clinical))


def file_page(page: Page):
    """Answer with a file as the limited process shows it."""
    return _page(page.title, Markup(page.body))  # noqa: S704 - made safe by tools/files/show.py


def text_page(title: str, sentence: str):
    """Answer with a sentence instead of the document."""
    return _page(title, Markup("<p>{}</p>").format(sentence))


def guarded(response, policy=NOTHING):
    """Have the browser treat what it gets as data: nothing of it is guessed, kept or run."""
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(title, body):
    nonce = secrets.token_urlsafe(16)
    style = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704 - a file of ours
    page = PAGE.format(title=title, nonce=nonce, style=style, body=body)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'self'; sandbox"
    )
    response = request.make_response(page, [("Content-Type", "text/html; charset=utf-8")])
    return guarded(response, policy)
