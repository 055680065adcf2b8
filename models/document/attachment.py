from odoo import api, models

from ...tools.attachment_kind import Kind, kind

# Whose documents come from outside, or may: those of messages, and of letters that pass them on
FROM_OUTSIDE = frozenset({"direct.message", "direct.letter"})


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _compute_mimetype(self, values):
        # OVERRIDE base: it looks into what is called octet-stream, and may find HTML. For the
        # documents of messages that was decided already, by tools/attachment_kind.py.
        if values.get("res_model") in FROM_OUTSIDE and values.get("mimetype"):
            return values["mimetype"]
        return super()._compute_mimetype(values)

    def _direct_kind(self) -> Kind:
        """What the file really is, by its content."""
        self.ensure_one()
        return kind(self.name, self.mimetype, self.raw or b"")
