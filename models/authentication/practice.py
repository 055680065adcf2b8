from contextlib import suppress

from odoo import api, fields, models
from odoo.addons.base.models.res_users import check_identity
from odoo.exceptions import UserError

from ...hisp.base import Capability
from ..core.batch import each_alone
from ..core.guarded import decides


class DirectPractice(models.Model):
    """How a practice is authenticated: by a legal representative, here or at the provider."""

    _inherit = "direct.practice"

    authentication_reference = fields.Char(
        "Provider's Reference",
        readonly=True,
        copy=False,
        tracking=True,
        help="The provider's reference for the authentication it performed, as recorded by "
        "the legal representative.",
    )
    provider_authenticates = fields.Boolean(
        compute="_compute_provider_authenticates",
        compute_sudo=True,
        help="The provider authenticates practices itself. The result is recorded here.",
    )
    representative_left = fields.Boolean(
        compute="_compute_representative_left",
        help="The person who authenticated the practice no longer represents it. A successor "
        "must authenticate it again.",
    )
    can_authenticate = fields.Boolean(compute="_compute_can_authenticate")

    @api.depends("authenticated_by_id.active", "legal_representative_ids")
    def _compute_representative_left(self):
        for practice in self:
            by = practice.authenticated_by_id
            practice.representative_left = by and not (
                by.active and by in practice.legal_representative_ids
            )

    @api.depends_context("uid")
    @api.depends("authentication_state", "representative_left", "legal_representative_ids")
    def _compute_can_authenticate(self):
        for practice in self:
            is_needed = (
                practice.authentication_state != "authenticated" or practice.representative_left
            )
            practice.can_authenticate = (
                is_needed and self.env.user in practice.legal_representative_ids
            )

    @api.depends("provider_id.code")
    def _compute_provider_authenticates(self):
        for practice in self:
            can = practice.provider_id._can
            practice.provider_authenticates = not (
                can(Capability.ENROLLMENT) or can(Capability.HOSTED_ENROLLMENT)
            )

    # --- actions -----------------------------------------------------------------------------

    @check_identity
    @decides()
    def action_authenticate(self):
        """Open the authentication, for a legal representative who has just given the password."""
        self.ensure_one()
        enrollment = self.env["direct.enrollment"]
        enrollment._check_representative(self)
        if not self.domain:
            raise UserError(
                self.env._("Create the practice's domain first in Direct Message Setup.")
            )
        if self.provider_authenticates:
            return self.env["direct.authentication"]._open(self)
        with self.sudo().provider_id._connected() as hisp:
            if self._proofs_on_hosted_page():
                return enrollment._open_hosted_page(self, hisp)
        return {
            "type": "ir.actions.client",
            "tag": "direct_messaging.enrollment",
            "name": self.env._("Authenticate"),
            "target": "new",
            "params": {"enrollment_id": enrollment._begin(self).id},
            "context": {"dialog_size": "large"},
        }

    def _proofs_on_hosted_page(self) -> bool:
        has_form = self.provider_id._can(Capability.ENROLLMENT)
        has_page = self.provider_id._can(Capability.HOSTED_ENROLLMENT)
        return has_page and (self.provider_id.proofing == "hosted" or not has_form)

    @decides()
    def action_refresh_authentication(self):
        """Ask the provider whether the practice is authenticated by now."""
        for practice in self.filtered("domain"):
            practice.check_access("read")
            with practice.provider_id._connected() as hisp:
                if hisp.is_authenticated(practice.domain):
                    practice.sudo()._set_authenticated()

    # --- business ----------------------------------------------------------------------------

    def _record_authentication(self, reference):
        """Note that the provider authenticated the practice, as the current user states.

        :param reference: what the provider calls it
        """
        self.ensure_one()
        self.env["direct.enrollment"]._check_representative(self)
        practice_sudo = self.sudo()
        practice_sudo.authentication_reference = reference
        practice_sudo._set_authenticated(self.env.user)

    @api.model
    def _poll_authentication(self):
        """Ask for practices that wait, in case the provider's callback was lost."""
        waiting = [("authentication_state", "=", "not_authenticated"), ("domain", "!=", False)]
        each_alone(self.env, self.search(waiting), self._ask_quietly)

    @api.model
    def _ask_quietly(self, practice):
        # What fails is shown where an administrator tests the connection; asked again later
        with suppress(UserError):
            practice.action_refresh_authentication()
