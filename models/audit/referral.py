from odoo import models

from ..core.guarded import decides


class DirectReferral(models.Model):
    """*Who Saw This* on a referral: all that was done to it and to its messages."""

    _inherit = "direct.referral"

    @decides()
    def action_audit(self):
        """Open the audit trail of this referral, its recipients, messages and note."""
        self.ensure_one()
        self.check_access("read")
        referral_sudo = self.sudo()
        return self.env["direct.audit"]._report_about(
            self.env._("Who Saw %s", self.name),
            [
                referral_sudo,
                referral_sudo.recipient_ids,
                referral_sudo.direct_message_ids,
                referral_sudo._note() or self.browse(),
            ],
        )
