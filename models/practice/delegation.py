from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core import relations
from ..core.groups import MANAGER, USER
from ..core.guarded import Writable, decides


class DirectAccount(models.Model):
    """Who acts for the owner of an address: delegates at any time, a substitute while away.

    Rights are asked for when they are used, never remembered: taking a delegate away, leaving the
    practice or losing the group ends them at once.
    """

    _inherit = "direct.account"

    _writable = (Writable("delegate_ids away_from away_until substitute_id"),)

    delegate_ids = relations.Many2many(
        "res.users",
        "direct_account_delegate_rel",
        "account_id",
        "user_id",
        string="Delegates",
        tracking=True,
        help="Colleagues who can read, reply and send for the owner. Messages always show who "
        "sent them.",
    )
    away_from = fields.Date(tracking=True)
    away_until = fields.Date(tracking=True, help="The last day of the absence.")
    substitute_id = fields.Many2one(
        "res.users",
        tracking=True,
        help="New messages also appear in this colleague's inbox during the absence.",
    )
    is_away = fields.Boolean(compute="_compute_is_away")
    colleague_ids = relations.Many2many("res.users", compute="_compute_colleague_ids")

    @api.depends("away_from", "away_until", "substitute_id")
    def _compute_is_away(self):
        now = fields.Datetime.now()
        for account in self:
            account.is_away = account._is_away(now)

    @api.depends("user_id", "company_id")
    def _compute_colleague_ids(self):
        for account in self:
            account.colleague_ids = self._members(USER, account.company_id) - account.user_id

    # Each by itself: a delegate who has left since must not keep the owner from going away
    @api.constrains("delegate_ids")
    def _check_delegates(self):
        for account in self:
            account._check_colleagues(account.delegate_ids)

    @api.constrains("substitute_id")
    def _check_substitute(self):
        for account in self:
            account._check_colleagues(account.substitute_id)

    def _check_colleagues(self, users):
        for user in users:
            if not self._is_colleague(user):
                raise ValidationError(
                    self.env._(
                        "%s can't stand in. Choose a colleague in this practice who uses Direct "
                        "Messaging.",
                        user.name,
                    )
                )

    @api.constrains("away_from", "away_until", "substitute_id")
    def _check_away(self):
        for account in self:
            away = (account.away_from, account.away_until, account.substitute_id)
            if any(away) and not all(away):
                raise ValidationError(
                    self.env._("Enter the first day, the last day and a substitute.")
                )
            if all(away) and account.away_until < account.away_from:
                raise ValidationError(self.env._("The last day is before the first."))

    @api.depends_context("show_owner")
    def _compute_display_name(self):
        if not self.env.context.get("show_owner"):
            return super()._compute_display_name()
        for account in self:
            account.display_name = f"{account.user_id.name} <{account.address}>"
        return None

    @api.model
    @decides()
    def action_my_address(self):
        """Open the user's own Direct address, or lead into *Direct Message Setup*."""
        self.check_access("read")
        account = self._of_user(self.env.user, self.env.company)
        if not account:
            return self.env["direct.setup"].action_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("My Direct Address"),
            "res_model": self._name,
            "res_id": account.id,
            "views": [(False, "form")],
        }

    @decides()
    def action_end_absence(self):
        """Be back: what arrives from now on is the owner's alone."""
        self.write({"away_from": False, "away_until": False, "substitute_id": False})

    # --- delegates ---------------------------------------------------------------------------

    @api.model
    def _members(self, group, companies):
        """Return the users that have `group` and are in all of `companies`, active ones only.

        Searched: the lists of users and companies that Odoo keeps show what the last reader saw.
        """
        domain = Domain("all_group_ids", "in", self.env.ref(group).ids) & Domain.AND(
            Domain("company_ids", "in", company.ids) for company in companies
        )
        users = self.env["res.users"].sudo().with_context(active_test=True)
        return users.search(domain) if companies else users

    @api.model
    def _is_member(self, user, company):
        """Whether `user` uses Direct Messaging in `company` now; who has left does not."""
        user = user.sudo()
        return user.active and company.id in user._get_company_ids() and user.has_group(USER)

    def _is_colleague(self, user):
        """Whether `user` can stand in for the owner, as things are now."""
        account = self.sudo()
        return user != account.user_id and self._is_member(user, account.company_id)

    def _may_be_used_by(self, user):
        """Whether `user` reads and deals with what comes here: the owner, or a delegate now."""
        self.ensure_one()
        account = self.sudo()
        return user == account.user_id or (
            user in account.delegate_ids and account._is_colleague(user)
        )

    def _is_in_use(self):
        """Whether anything is sent with this address: not when it is archived or its owner left."""
        account = self.sudo()
        return account.active and self._is_member(account.user_id, account.company_id)

    def _may_send(self, user):
        """Whether `user` sends with this address. In the name of who has left nobody does."""
        return self._is_in_use() and self._may_be_used_by(user)

    # --- away --------------------------------------------------------------------------------

    def _is_away(self, at):
        """Whether the owner is away at `at` (naive, UTC), by the calendar of the owner."""
        if not (self.away_from and self.away_until and self.substitute_id):
            return False
        here = self.with_context(tz=self.user_id.tz or self.env.user.tz)
        day = fields.Datetime.context_timestamp(here, at).date()
        return self.away_from <= day <= self.away_until

    def _substitute(self, at):
        """Return who stands in at `at`; nobody when the owner is there, or all are away.

        A substitute who is away has a substitute as well. When that leads back to somebody who
        was asked already, the message stays where it arrived.
        """
        self.ensure_one()
        nobody = self.env["res.users"]
        asked = account = self.sudo()
        while account and account._is_away(at):
            substitute = account.substitute_id
            if not account._is_colleague(substitute):
                return nobody
            account = self._of_user(substitute, self.company_id)
            if account in asked:
                return nobody
            if not account or not account._is_away(at):
                return substitute
            asked |= account
        return nobody

    def _in_line(self, at):
        """Return who is told what there is to do at `at` (naive, UTC), the first one first.

        The substitute while the owner is away, the owner, delegates when the owner has left, and at
        last the administrators of the practice, so that nothing stays unread.
        """
        self.ensure_one()
        account = self.sudo()
        owner = account.user_id.filtered(lambda user: self._is_member(user, account.company_id))
        return (
            account._substitute(at)
            | owner
            | account.delegate_ids.filtered(account._is_colleague)
            | self._members(MANAGER, account.company_id)
        )

    def _away_sentence(self, until):
        return self.env._(
            "%(name)s is away until %(date)s",
            name=self.sudo().user_id.name,
            date=format_date(self.env, until),
        )
