from odoo import models

from .subjects import OTHER, SUBJECTS, subject_of


class IrBinary(models.AbstractModel):
    """Documents that are taken away."""

    _inherit = "ir.binary"

    def _get_stream_from(self, record, *args, **kwargs):
        self._record_document("download", record)
        return super()._get_stream_from(record, *args, **kwargs)

    def _record_document(self, action, record):
        """Record that a document was seen or taken, on the record that it belongs to."""
        if record._name == "ir.attachment" and record.sudo().res_model in SUBJECTS:
            whole = self.env[record.sudo().res_model].browse(record.sudo().res_id)
            self.env["direct.audit"]._record(action, whole, [f"document {record.id}"])


class IrActionsReport(models.Model):
    """What is printed."""

    _inherit = "ir.actions.report"

    def _render_template(self, template, values=None):
        # OVERRIDE base: what HTML and PDF are both made by
        model, ids = (values or {}).get("doc_model"), (values or {}).get("doc_ids")
        if model in self.env and ids and subject_of(self.env[model]) != OTHER:
            self.env["direct.audit"]._record("print", self.env[model].browse(ids))
        return super()._render_template(template, values)
