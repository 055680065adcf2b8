from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...hisp.errors import CannotTell
from ..core.groups import MANAGER
from ..core.guarded import decides


class DirectPractice(models.Model):
    """Nothing is sent for a practice whose authentication is disputed, until that is cleared."""

    _inherit = "direct.practice"

    frozen_at = fields.Datetime("Sending Stopped On", readonly=True, copy=False, tracking=True)

    @decides()
    def action_freeze(self):
        """*Stop Sending*: an administrator or a representative disputes the authentication."""
        self.ensure_one()
        self.check_access("read")
        user = self.env.user
        if not user.has_group(MANAGER) and user not in self.sudo().legal_representative_ids:
            raise AccessError(
                self.env._("Only administrators and legal representatives can stop sending.")
            )
        self.sudo()._freeze(self.env._("%s stopped sending.", user.name))

    @decides()
    def action_unfreeze(self):
        """*Allow Sending Again*: an administrator does it, and the provider has to agree."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only administrators can allow sending again."))
        practice_sudo = self.sudo()
        with practice_sudo.provider_id._connected() as hisp:
            try:
                agrees = hisp.is_authenticated(practice_sudo.domain)
            except CannotTell:
                agrees = True  # by email nobody can be asked: the administrator answers for it
        if not agrees:
            raise UserError(
                self.env._(
                    "The provider doesn't allow this practice to send. Contact its support team."
                )
            )
        practice_sudo.frozen_at = False
        practice_sudo._set_authenticated()
        practice_sudo._on_connection_mended()

    def _freeze(self, reason):
        """Stop sending for these practices, and tell their administrators why."""
        for practice in self.filtered(lambda practice: not practice.frozen_at):
            practice.frozen_at = fields.Datetime.now()
            practice._set_not_authenticated()
            body = self.env._(
                "%s Nothing is sent until the provider has been asked and an administrator has "
                "allowed it again.",
                reason,
            )
            practice.message_post(body=body)
            practice.message_notify(
                partner_ids=practice._concerned_by_freeze().partner_id.ids,
                subject=self.env._("Sending has been stopped for %s", practice.company_id.name),
                body=body,
            )

    def _concerned_by_freeze(self):
        managers = self.env["direct.account"]._members(MANAGER, self.company_id)
        return managers | self.legal_representative_ids

    def _set_authenticated(self, user=None):
        # While it is disputed, neither an event of the provider nor a person lets it send
        return super(
            DirectPractice, self.filtered(lambda practice: not practice.frozen_at)
        )._set_authenticated(user)

    @api.model
    def _may_send(self):
        """Return the practices whose messages may go out now."""
        return self.search([("provider_id", "!=", False), ("frozen_at", "=", False)])
