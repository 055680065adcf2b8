import secrets
from pathlib import Path

from markupsafe import Markup
from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from werkzeug.exceptions import NotFound

from ..models.direct_message_pane import DOCUMENT_ROUTE
from ..tools.cda import html, parse

STYLE = Path(__file__).parents[1] / "static/document/document.css"
PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    '<style nonce="{nonce}">{style}</style></head><body>{body}</body></html>'
)


class DirectDocument(http.Controller):
    """Serves the documents of messages: all of them come from outside, or go there."""

    @http.route(f"{DOCUMENT_ROUTE}<int:document_id>", type="http", auth="user", readonly=True)
    def download(self, document_id):
        """Let the document be saved, never shown."""
        stream = request.env["ir.binary"]._get_stream_from(self._document(document_id))
        return _guarded(stream.get_response(as_attachment=True), "default-src 'none'; sandbox")

    @http.route(f"{DOCUMENT_ROUTE}<int:document_id>/view", type="http", auth="user", readonly=True)
    def view(self, document_id):
        """Show a document of a harmless kind, or a clinical document as a page without script."""
        document = self._document(document_id)
        shown_as = request.env["direct.message"]._shown_as(document)
        if shown_as == "cda":
            return self._page(document)
        if not shown_as:
            return self.download(document_id)
        stream = request.env["ir.binary"]._get_stream_from(document)
        return _guarded(stream.get_response(as_attachment=False), "default-src 'none'; sandbox")

    def _document(self, document_id):
        """Return the attachment of a message that the user may read; anything else is a 404."""
        document = request.env["ir.attachment"].browse(document_id)
        try:
            document.check_access("read")
            message = request.env["direct.message"].browse(document.res_id)
            if document.res_model != message._name:
                raise NotFound
            message.check_access("read")
        except (AccessError, MissingError):
            raise NotFound from None
        return document

    def _page(self, document):
        nonce = secrets.token_urlsafe(16)
        try:
            clinical = parse.read(document.raw)
            title, body = clinical.title, html.render(clinical)
        except parse.Unreadable as reason:
            title, body = document.name, Markup("<p>{}</p>").format(str(reason))
        page = PAGE.format(
            title=title,
            nonce=nonce,
            style=Markup(STYLE.read_text(encoding="utf-8")),  # noqa: S704 - a file of ours
            body=body,
        )
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none';"
            " form-action 'none'; frame-ancestors 'self'; sandbox"
        )
        response = request.make_response(page, [("Content-Type", "text/html; charset=utf-8")])
        return _guarded(response, policy)


def _guarded(response, policy):
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
