from markupsafe import Markup
from odoo import api, fields, models
from odoo.fields import Domain


class DirectMessage(models.Model):
    """Whose a message is, and to whom it was forwarded while they were away."""

    _inherit = "direct.message"
    _delegates_depend_on = ("account_id.delegate_ids",)

    forwarded_to_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The substitute when it arrived. The message stays in their inbox.",
    )
    away_until = fields.Date(readonly=True, copy=False)
    forwarded = fields.Char(compute="_compute_forwarded")

    _sent_is_forwarded_to_nobody = models.Constraint(
        "CHECK (direction = 'in' OR (forwarded_to_id IS NULL AND away_until IS NULL))",
        "Only a message that arrived is shown to a substitute.",
    )
    _received_is_sent_by_nobody = models.Constraint(
        "CHECK (direction = 'out' OR sent_by_id IS NULL)",
        "A message that arrived was sent by nobody here.",
    )

    @api.depends("forwarded_to_id", "away_until")
    def _compute_forwarded(self):
        for message in self:
            message.forwarded = bool(message.forwarded_to_id) and self.env._(
                "Forwarded: %s", message.account_id._away_sentence(message.away_until)
            )

    def _own_address(self):
        return self.sudo().account_id

    @api.model
    def _of_addresses(self, accounts):
        return Domain("account_id", "in", accounts.ids)

    def _own_companies(self):
        # What came for a domain that no practice has belongs to all that use the provider
        message = self.sudo()
        return message.company_id or message.provider_id.practice_ids.company_id

    def _standing_in(self):
        return self.sudo().forwarded_to_id

    # --- what came for nobody ----------------------------------------------------------------

    is_for_all_practices = fields.Boolean(
        compute="_compute_is_for_all_practices",
        search="_search_is_for_all_practices",
        help="It came for a domain that no practice has, at a provider whose practices the user "
        "all administers.",
    )
    _of_no_practice = models.Index("(provider_id) WHERE practice_id IS NULL")

    @api.depends_context("allowed_company_ids")
    @api.depends("practice_id", "provider_id.is_wholly_ours")
    def _compute_is_for_all_practices(self):
        for message in self:
            is_wholly_ours = message.sudo().provider_id.is_wholly_ours
            message.is_for_all_practices = not message.practice_id and is_wholly_ours

    @api.model
    def _search_is_for_all_practices(self, operator, value):
        if operator != "in" or False in value:
            return NotImplemented
        # Hardly ever one: by their ids, so that the record rules stay with their index
        found = self.sudo().search([("practice_id", "=", False)])
        return Domain("id", "in", found.filtered("is_for_all_practices").ids)

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        for message in messages:
            if message.direction == "in":
                message._forward_to_substitute()
            elif message._is_by_another(self.env.user):
                message.sent_by_id = message.sent_by_id or self.env.user
        return messages

    def _tell(self, user, subject):
        """Send `user` a notification that leads to this message. Nothing of its content is in it.

        :param subject: a sentence that names neither patient nor correspondent
        """
        if user:
            self.env["mail.thread"].sudo().message_notify(
                author_id=self.env.ref("base.partner_root").id,
                partner_ids=user.partner_id.ids,
                subject=subject,
                body=Markup('<p><a href="%s">%s</a></p>')
                % (
                    f"{self.get_base_url()}/mail/view?model={self._name}&res_id={self.id}",
                    self.env._("Open %s", self.name),
                ),
            )

    def _tell_who_stands_in(self):
        """Tell somebody of a message that arrived for nobody, or for somebody who has left."""
        user = self._responsible()
        if user != self._owner() and user != self.forwarded_to_id:
            self._tell(
                user, self.env._("A Direct message arrived for someone who can't receive it")
            )

    def _forward_to_substitute(self):
        """Show a message that just arrived to the substitute too. Nothing leaves the practice."""
        account = self.account_id
        if substitute := account and account._substitute(fields.Datetime.now()):
            self.forwarded_to_id = substitute
            self.away_until = account.sudo().away_until
            self._put_on_timeline(
                "forwarded", f"{substitute.name}: {account._away_sentence(self.away_until)}"
            )


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
