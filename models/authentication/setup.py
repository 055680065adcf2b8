from odoo import fields, models

from ..core.guarded import decides


class DirectSetup(models.TransientModel):
    """The way from set-up into the authentication of the practice."""

    _inherit = "direct.setup"

    can_authenticate = fields.Boolean(compute="_compute_waiting", compute_sudo=True)

    def _compute_waiting(self):
        for setup in self:
            setup.can_authenticate = setup.practice_id.with_user(setup.user_id).can_authenticate
        return super()._compute_waiting()

    @decides()
    def action_authenticate(self):
        """Begin the authentication of the practice, as its legal representative."""
        self._check_own()
        return self.practice_id.action_authenticate()
