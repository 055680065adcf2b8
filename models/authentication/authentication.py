from odoo import api, fields, models
from odoo.addons.base.models.res_users import check_identity

from ...exceptions import Problems
from ..core.guarded import Writable, decides


class DirectAuthentication(models.TransientModel):
    """Recording that the provider authenticated a practice itself, by its legal representative."""

    _name = "direct.authentication"
    _inherit = "direct.draft"
    _description = "Authentication by the Provider"

    _writable = (Writable("reference"),)

    practice_id = fields.Many2one("direct.practice", required=True, readonly=True)
    provider_id = fields.Many2one(related="practice_id.provider_id")
    domain = fields.Char(related="practice_id.domain")
    reference = fields.Char(
        "Provider's Reference",
        help="The provider's reference. Example: a case number, or the name of the person who "
        "confirmed it.",
    )

    @api.model
    def _open(self, practice):
        """Open the window for the current user, a legal representative of `practice`."""
        record_sudo = self._resume({"practice_id": practice.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Authenticate"),
            "res_model": self._name,
            "res_id": record_sudo.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @check_identity
    @decides()
    def action_record(self):
        """*Record*: who, when and the provider's reference are kept on the practice."""
        self.ensure_one()
        self.check_access("write")
        self._check_shown()
        reference = (self.reference or "").strip()
        if not reference:
            raise Problems(
                [
                    (
                        "reference",
                        self.env._("Enter the provider's reference for the authentication."),
                    )
                ]
            )
        self.practice_id._record_authentication(reference)
        return {"type": "ir.actions.act_window_close"}
