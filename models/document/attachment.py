from odoo import api, fields, models

from ...tools.files import know
from ...tools.files.kinds import Kind

# Whose documents come from outside, or may: those of messages, and of letters that pass them on
FROM_OUTSIDE = frozenset({"direct.message", "direct.letter"})


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    direct_inside_id = fields.Many2one(
        "ir.attachment",
        "Inside",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The file that this document was taken out of.",
    )

    @api.model
    def _compute_mimetype(self, values):
        # OVERRIDE base: it looks into what is called octet-stream, and may find HTML. For the
        # documents of messages that was decided already, by tools/files/know.py.
        if values.get("res_model") in FROM_OUTSIDE and values.get("mimetype"):
            return values["mimetype"]
        return super()._compute_mimetype(values)

    def _direct_kind(self) -> Kind:
        """What the file really is, by its content."""
        self.ensure_one()
        return know.kind(self.name, self.mimetype, self.raw or b"")
