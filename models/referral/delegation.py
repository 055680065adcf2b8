from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..core import relations
from ..core.guarded import Writable


class DirectReferral(models.Model):
    """Sending in somebody's name: the owner of the address is who refers, the delegate is named."""

    _inherit = "direct.referral"

    _writable = (Writable("send_as_id"),)
    _owner_field = "author_id"
    _delegates_depend_on = ("author_id", "company_id")

    send_as_id = fields.Many2one(
        "direct.account",
        copy=False,
        help="The colleague you are sending for. Leave empty to send as yourself.",
    )
    sender_choice_ids = relations.Many2many("direct.account", compute="_compute_sender_choice_ids")

    @api.depends_context("uid")
    @api.depends("company_id")
    def _compute_sender_choice_ids(self):
        accounts = (
            self.env["direct.account"]
            .sudo()
            .search([("delegate_ids", "in", self.env.uid)])
            .filtered(lambda account: account._may_send(self.env.user))
            .sudo(False)
        )
        for referral in self:
            company = referral.company_id
            referral.sender_choice_ids = accounts.filtered(lambda a, c=company: a.company_id == c)

    def _own_address(self):
        accounts = self.env["direct.account"].with_context(active_test=False)
        referral = self.sudo()
        return accounts._of_user(referral.author_id, referral.company_id)

    @api.model
    def _of_addresses(self, accounts):
        return Domain.OR(
            Domain("author_id", "=", account.user_id.id)
            & Domain("company_id", "=", account.company_id.id)
            for account in accounts
        )

    def _sending_account(self):
        """Return the account this referral is sent with, or none when the user has to make one."""
        accounts = self.env["direct.account"]
        sender = self.send_as_id.sudo().user_id or self.author_id
        account = accounts._of_user(sender, self.company_id)
        if sender != self.env.user and not (account and account._may_send(self.env.user)):
            raise AccessError(
                self.env._(
                    "You can't send as %s. Choose another sender, or ask them to add you as a "
                    "delegate in My Direct Address.",
                    sender.name,
                )
            )
        return account

    def _note_sender(self, account):
        """Note that the owner of the address is who refers, whoever presses the button."""
        if account.user_id != self.env.user:
            self.sudo().write({"author_id": account.user_id.id, "sent_by_id": self.env.uid})
            self._log_step(self.env._("Sent"), self._acting())

    def _signed_by(self):
        return self.sent_by or super()._signed_by()
