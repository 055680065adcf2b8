from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from werkzeug.exceptions import NotFound

from ..models.inbox.pane import DOCUMENT_ROUTE
from ..tools.files import picture, show
from ..tools.files.kinds import Viewer
from ..tools.files.limited import Failed, Reader
from .page import file_page, guarded, text_page

BY_BROWSER = (Viewer.PDF, Viewer.IMAGE)


class DirectDocument(http.Controller):
    """Serves the documents of messages: all of them come from outside, or go there."""

    @http.route(f"{DOCUMENT_ROUTE}<int:document_id>", type="http", auth="user", readonly=True)
    def download(self, document_id):
        """Let the document be saved, never shown."""
        stream = request.env["ir.binary"]._get_stream_from(self._document(document_id))
        return guarded(stream.get_response(as_attachment=True))

    @http.route(f"{DOCUMENT_ROUTE}<int:document_id>/view", type="http", auth="user", readonly=True)
    def view(self, document_id, page="1"):
        """Show a document of a harmless kind, as its page in words, or one of its pages."""
        document = self._document(document_id)
        viewer = document._direct_viewer()
        if not viewer:
            return self.download(document_id)
        if viewer in BY_BROWSER:
            stream = request.env["ir.binary"]._get_stream_from(document)
            return guarded(stream.get_response(as_attachment=False))
        with Reader() as reader:
            if viewer == Viewer.PAGES:
                return self._picture(reader, document, page)
            return self._page(reader, document)

    def _page(self, reader, document):
        about = (document._direct_kind(), document.name, document.direct_declared or "")
        try:
            return file_page(reader.call(show.page, *about, document.raw))
        except Failed:
            sentence = request.env._("This document can't be shown here. Download it to see it.")
            return text_page(document.name, sentence)

    def _picture(self, reader, document, number):
        if not (number.isascii() and number.isdigit()) or int(number) < 1:
            raise NotFound
        try:
            content = reader.call(picture.page, document._direct_kind(), document.raw, int(number))
        except Failed:
            raise NotFound from None  # the window says so
        kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        return guarded(request.make_response(content, [("Content-Type", kind)]))

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
