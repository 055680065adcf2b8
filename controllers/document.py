from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from werkzeug.exceptions import NotFound

from ..models.inbox.pane import DOCUMENT_ROUTE
from .page import clinical_page, guarded


class DirectDocument(http.Controller):
    """Serves the documents of messages: all of them come from outside, or go there."""

    @http.route(f"{DOCUMENT_ROUTE}<int:document_id>", type="http", auth="user", readonly=True)
    def download(self, document_id):
        """Let the document be saved, never shown."""
        stream = request.env["ir.binary"]._get_stream_from(self._document(document_id))
        return guarded(stream.get_response(as_attachment=True))

    @http.route(f"{DOCUMENT_ROUTE}<int:document_id>/view", type="http", auth="user", readonly=True)
    def view(self, document_id):
        """Show a document of a harmless kind, or a clinical document as a page without script."""
        document = self._document(document_id)
        shown_as = request.env["direct.message"]._shown_as(document)
        if shown_as == "cda":
            return clinical_page(document.raw, document.name)
        if not shown_as:
            return self.download(document_id)
        stream = request.env["ir.binary"]._get_stream_from(document)
        return guarded(stream.get_response(as_attachment=False))

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
