from odoo import models
from odoo.exceptions import UserError

from ...tools.files import picture, sending
from ...tools.files.limited import Failed, Reader
from ..core import relations
from ..core.guarded import decides

SECONDS = 20  # of processor time: a fax of forty pages takes five


class DirectSender(models.AbstractModel):
    """What documents are attached to before they are sent.

    Its documents are looked at when they are attached, and what their recipient may not be able to
    open is said at once. A copy that anybody can open is made only when somebody asks for it.
    """

    _name = "direct.sender"
    _description = "Sends Documents"

    _direct_keeps_files = True
    _direct_sends_files = True

    document_ids = relations.Many2many("ir.attachment", string="Documents")

    @decides()
    def document_as_pdf(self, document_id: int) -> int:
        """Attach a PDF of a picture, beside it; return its id, to be linked like an upload."""
        document = self._direct_document(document_id, sending.AS_PDF)
        try:
            content = self._direct_made(picture.as_pdf, document)
        except Failed:
            raise UserError(
                self.env._(
                    "“%s” can't be turned into a PDF here. Save it as a PDF on your computer.",
                    document.name,
                )
            ) from None
        return self._direct_attached(f"{document.name}.pdf", content).id

    @decides()
    def document_smaller(self, document_id: int) -> dict:
        """Attach a smaller copy of a picture; the window says both sizes and asks which to keep.

        :return: ``{"id", "before", "after"}``, the copy and both sizes in bytes
        """
        document = self._direct_document(document_id, sending.SHRINKABLE)
        try:
            content = self._direct_made(picture.smaller, document)
        except Failed:
            content = document.raw
        if len(content) >= document.file_size:
            raise UserError(self.env._("“%s” can't be made smaller.", document.name))
        name = f"{document.name.rpartition('.')[0] or document.name}.jpg"
        copy = self._direct_attached(name, content)
        return {"id": copy.id, "before": document.file_size, "after": copy.file_size}

    def _direct_document(self, document_id, kinds):
        """Return a document of this draft, of one of these kinds."""
        self.ensure_one()
        self.check_access("write")
        self._check_not_final()
        document = self.document_ids.filtered(lambda one: one.id == document_id)
        if not document or document._direct_kind() not in kinds:
            raise UserError(self.env._("This document isn't there anymore. Reload the page."))
        document.check_access("read")
        return document

    def _direct_made(self, make, document) -> bytes:
        with Reader() as reader:
            return reader.call(make, document._direct_kind(), document.raw, seconds=SECONDS)

    def _direct_attached(self, name, content):
        values = {"name": name, "raw": content, "res_model": self._name, "res_id": self.id}
        return self.env["ir.attachment"].create(values)
