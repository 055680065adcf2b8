from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from ..core import relations
from ..core.groups import MANAGER


class DirectMessage(models.Model):
    """Who acted for the owner of a message, and to whom it was forwarded while they were away."""

    _inherit = "direct.message"

    sent_by_id = fields.Many2one(
        "res.users",
        "Sent by Delegate",
        readonly=True,
        copy=False,
        help="The delegate who sent it for the owner.",
    )
    sent_by = fields.Char(compute="_compute_sent_by")
    forwarded_to_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The substitute when it arrived. The message stays in their inbox.",
    )
    away_until = fields.Date(readonly=True, copy=False)
    forwarded = fields.Char(compute="_compute_forwarded")
    delegate_ids = relations.Many2many(
        "res.users",
        string="Delegates",
        compute="_compute_delegate_ids",
        search="_search_delegate_ids",
        compute_sudo=True,
    )

    @api.depends("sent_by_id", "user_id")
    def _compute_sent_by(self):
        for message in self:
            message.sent_by = message._acting(message.sent_by_id) if message.sent_by_id else False

    @api.depends("forwarded_to_id", "away_until")
    def _compute_forwarded(self):
        for message in self:
            message.forwarded = bool(message.forwarded_to_id) and self.env._(
                "Forwarded: %s", message.account_id._away_sentence(message.away_until)
            )

    @api.depends("account_id.delegate_ids")
    def _compute_delegate_ids(self):
        for message in self:
            message.delegate_ids = message.account_id.delegate_ids

    @api.model
    def _search_delegate_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Ids, not a subquery: the record rules need them to be found by an index
        accounts = self.env["direct.account"].sudo().with_context(active_test=False)
        return Domain("account_id", "in", accounts.search([("delegate_ids", "in", value)]).ids)

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        for message in messages:
            if message.direction == "in":
                message._forward_to_substitute()
            elif message._is_by_another(self.env.user):
                message.sent_by_id = message.sent_by_id or self.env.user
        return messages

    def _forward_to_substitute(self):
        """Show a message that just arrived to the substitute too. Nothing leaves the practice."""
        account = self.account_id
        if substitute := account and account._substitute(fields.Datetime.now()):
            self.forwarded_to_id = substitute
            self.away_until = account.sudo().away_until
            self._put_on_timeline(
                "forwarded", f"{substitute.name}: {account._away_sentence(self.away_until)}"
            )

    def _is_by_another(self, user):
        """Whether `user` is a person other than the owner."""
        return user.id != SUPERUSER_ID and not user.share and user != self.sudo().user_id

    def _acting(self, user):
        """Name `user` as acting on this message, and for whom."""
        owner = self.sudo().user_id
        if not self._is_by_another(user):
            return owner.name
        return self.env._("%(user)s for %(owner)s", user=user.sudo().name, owner=owner.name)

    def _may_be_handled_by(self, user):
        """Whether `user` acts on all of these: owner, delegate, substitute or administrator."""
        return user.has_group(MANAGER) or all(
            user == message.forwarded_to_id
            or (message.account_id and message.account_id._may_be_used_by(user))
            for message in self.sudo()
        )

    def _watchers(self):
        """Return whose open windows are told of a change; wings with more of them extend it."""
        message = self.sudo()
        return message.user_id | message.sent_by_id | message.forwarded_to_id | message.delegate_ids


class DirectMessageEvent(models.Model):
    _inherit = "direct.message.event"

    acting = fields.Char("By", compute="_compute_acting", compute_sudo=True)

    @api.depends("create_uid", "message_id.user_id")
    def _compute_acting(self):
        for event in self:
            message = event.message_id
            is_own_step = message and not event.external_id
            event.acting = (
                message._acting(event.create_uid)
                if is_own_step and message._is_by_another(event.create_uid)
                else False
            )
