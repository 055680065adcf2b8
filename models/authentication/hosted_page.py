from odoo import api, models
from odoo.tools.misc import hash_sign, verify_hash_signed

from ..core.guarded import decides

RETURN_SCOPE = "direct_messaging.enrolled"
RETURN_HOURS = 2


class DirectEnrollment(models.Model):
    """The way to the provider's own page for proving an identity, and back."""

    _inherit = "direct.enrollment"

    @api.model
    def _open_hosted_page(self, practice, hisp):
        """Open the provider's own page. Its way back is a signed token for the same user."""
        token = hash_sign(
            self.sudo().env,
            RETURN_SCOPE,
            [self.env.uid, practice.id],
            expiration_hours=RETURN_HOURS,
        )
        url = hisp.hosted_enrollment_url(
            practice.domain,
            self.env["direct.account"]._person(self.env.user, practice),
            f"{practice.get_base_url()}/direct_messaging/enrolled/{token}",
        )
        # Closed behind it: the window that asked for the password, and still has it
        return {"type": "ir.actions.act_url", "url": url, "target": "new", "close": True}

    @api.model
    @decides()
    def _returned_from_hosted_page(self, token):
        """Return the practice of a valid token, asked about again; nothing for another one."""
        try:
            values = verify_hash_signed(self.sudo().env, RETURN_SCOPE, token)
        except ValueError:
            values = None
        if not values or values[0] != self.env.uid:
            return self.env["direct.practice"]
        practice = self.env["direct.practice"].browse(values[1])
        self._check_representative(practice)
        practice_sudo = practice.sudo()
        with practice_sudo.provider_id._connected() as hisp:
            if hisp.is_authenticated(practice_sudo.domain):
                practice_sudo._set_authenticated(self.env.user)
        return practice
