from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..core import relations
from ..core.groups import MANAGER, USER
from ..core.guarded import Writable


class DirectReferral(models.Model):
    """Sending in somebody's name: the owner of the address is who refers, the delegate is named.

    The clinical responsibility stays with the owner: as author the owner gets what there is to do,
    and finds the referral among the own ones.
    """

    _inherit = "direct.referral"

    _writable = (Writable("send_as_id"),)

    send_as_id = fields.Many2one(
        "direct.account",
        copy=False,
        help="The colleague you are sending for. Leave empty to send as yourself.",
    )
    sender_choice_ids = relations.Many2many("direct.account", compute="_compute_sender_choice_ids")
    sent_by_id = fields.Many2one("res.users", "Sent by Delegate", readonly=True, copy=False)
    sent_by = fields.Char(compute="_compute_sent_by")
    delegate_ids = relations.Many2many(
        "res.users",
        string="Delegates",
        compute="_compute_delegate_ids",
        search="_search_delegate_ids",
        compute_sudo=True,
    )

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

    @api.depends("sent_by_id", "author_id")
    def _compute_sent_by(self):
        for referral in self:
            by = referral.sent_by_id
            referral.sent_by = referral._acting(by) if by else False

    @api.depends("author_id", "company_id")
    def _compute_delegate_ids(self):
        accounts = self.env["direct.account"].with_context(active_test=False)
        for referral in self:
            referral.delegate_ids = accounts._of_user(
                referral.author_id, referral.company_id
            ).delegate_ids

    @api.model
    def _search_delegate_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        accounts = self.env["direct.account"].sudo().with_context(active_test=False)
        return Domain.OR(
            Domain("author_id", "=", account.user_id.id)
            & Domain("company_id", "=", account.company_id.id)
            for account in accounts.search([("delegate_ids", "in", value)])
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

    def _prepare_sending(self, account):
        # The owner of the address is who refers, whoever presses the button
        if account.user_id != self.env.user:
            self.sudo().write({"author_id": account.user_id.id, "sent_by_id": self.env.uid})
            self._log_step(self.env._("Sent"), self._acting())
        return super()._prepare_sending(account)

    def _signed_by(self):
        return self.sent_by or super()._signed_by()

    def _acting(self, user=None):
        """Name `user`, by default the current one, as acting on this referral, and for whom."""
        user = user or self.env.user
        author = self.sudo().author_id
        if user == author or user.id == SUPERUSER_ID:
            return author.name
        return self.env._("%(user)s for %(owner)s", user=user.sudo().name, owner=author.name)

    def _may_be_handled_by(self, user):
        """Whether `user` acts on this referral: author, delegate or administrator."""
        referral = self.sudo()
        if user == referral.author_id or user.has_group(MANAGER):
            return True
        account = self.env["direct.account"]._of_user(referral.author_id, referral.company_id)
        return bool(account) and account._may_be_used_by(user)

    def _responsible(self):
        """Return who is given what there is to do: the author, or who stands in for them now."""
        accounts = self.env["direct.account"]
        now = fields.Datetime.now()
        account = accounts._of_user(self.author_id, self.company_id)
        receivers = account._receivers(now) if account else self.author_id
        able = accounts._members(USER, self.company_id)
        return (receivers & able)[:1] or accounts._members(MANAGER, self.company_id)[:1]
