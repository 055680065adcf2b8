from odoo import api, fields, models

from ..core.guarded import decides


class DirectSetup(models.TransientModel):
    """Set-up on the way to sending a referral: it leads back to the draft."""

    _inherit = "direct.setup"

    referral_id = fields.Many2one("direct.referral", readonly=True)

    @api.model
    def _open(self, company=None, referral=None):
        """Open set-up; at its end the draft of `referral` is open again, if it is on the way."""
        action = super()._open(company or (referral and referral.company_id))
        self.browse(action["res_id"]).sudo().referral_id = referral
        return action

    @decides()
    def action_finish(self):
        """Close set-up, back to the referral exactly as it was written."""
        action = super().action_finish()
        return self.referral_id._open_window() if self.referral_id.exists() else action
