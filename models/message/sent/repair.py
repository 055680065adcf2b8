from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ....tools import address
from ...core.guarded import decides
from ...core.server import as_server
from ..message import APPEARANCE, ATTENTION


class DirectMessage(models.Model):
    """What a person does about a message that did not arrive, or may not have arrived.

    The message itself stays as it is: it is a record of what happened. It no longer needs
    attention once it was sent again, as another message, or in another way.
    """

    _inherit = "direct.message"

    resend_of_id = fields.Many2one(
        "direct.message", "Sends Again", readonly=True, index=True, copy=False, ondelete="restrict"
    )
    resend_ids = fields.One2many("direct.message", "resend_of_id", "Sent Again As")
    is_sent_another_way = fields.Boolean("Sent Another Way", readonly=True, copy=False)
    needs_attention = fields.Boolean(compute="_compute_needs_attention", store=True)

    _needs_attention = models.Index("(user_id) WHERE needs_attention")

    @api.depends("state", "resend_ids", "is_sent_another_way")
    def _compute_needs_attention(self):
        for message in self:
            message.needs_attention = message.state in ATTENTION and not (
                message.resend_ids or message.is_sent_another_way
            )

    def _standing(self):
        """What the message means for its referral; nothing once it was sent again.

        The newest of a chain speaks for it, but for one before it that arrived after all.
        """
        if self.resend_ids:
            return None
        if self.state != "delivered" and self.resend_of_id._arrived():
            return "delivered"
        if self.state in ATTENTION and self.is_sent_another_way:
            return "another_way"
        return self.state

    def _arrived(self):
        """Whether this message, or one that it sends again, arrived."""
        return bool(self) and (self.state == "delivered" or self.resend_of_id._arrived())

    # --- actions -----------------------------------------------------------------------------

    @decides()
    def action_ask_again(self):
        """Ask the provider now whether it has an uncertain message."""
        self.ensure_one()
        self._check_own()
        message_sudo = self.sudo()
        self.env["direct.practice"]._lock(message_sudo)
        message_sudo.invalidate_recordset(["state"])
        if message_sudo.state != "uncertain":
            return
        message_sudo._note("asking")
        with message_sudo.provider_id._connected() as hisp:
            accepted = hisp.find(message_sudo.idempotency_key)
        if accepted:
            message_sudo._set_accepted({self.id: accepted})
        else:
            message_sudo._set_failed(
                self.env._("The Direct provider doesn't have the message, so it wasn't sent."),
                self.env._("Send it again."),
            )

    @decides()
    def action_send_again(self):
        """Open the window in which the message is sent again, to a corrected address if need be."""
        self.ensure_one()
        self._check_own()
        self._check_needs_attention()
        return self.env["direct.resend"]._open(self)

    @decides()
    def action_sent_another_way(self):
        """Note that a person sent it in another way, so that it needs no attention any more."""
        self._check_own()
        self._check_needs_attention()
        for message_sudo in self.sudo():
            message_sudo.is_sent_another_way = True
            message_sudo._note("another_way", self.env._("Marked by %s", self.env.user.name))
            message_sudo._announce()
        self.sudo()._follow_up()

    @decides()
    def action_send_by(self, channel):
        """Send the referral of this message by another channel of its note, such as Print."""
        self.ensure_one()
        self._check_own()
        note = self.referral_id._note()
        ways = note._direct_other_ways() if note else ()
        way = next((way for way in ways if way["key"] == channel), None)
        if not way:
            raise UserError(self.env._("This way of sending a referral isn't available."))
        action = note.action_send_referral(channel)
        self.sudo()._note("other_channel", way["label"])
        return action

    def _check_needs_attention(self):
        if self.filtered(lambda message: not message.needs_attention):
            raise UserError(
                self.env._(
                    "This message no longer needs attention. Reload the page to see its "
                    "current status."
                )
            )

    # --- send again --------------------------------------------------------------------------

    def _send_again(self, to_address):
        """Make a new message of this one, under a key of its own, and let it go.

        :param to_address: the recipient's address, corrected or not
        :return: the new message
        """
        self.ensure_one()
        # A double click or a second window: nothing is sent twice
        self.env["direct.practice"]._lock(self)
        self.invalidate_recordset()
        self._check_needs_attention()
        to_address = address.normalize(to_address)
        if problem := self.practice_id._recipient_problem(to_address):
            raise UserError(problem)
        [values] = self.copy_data()
        if to_address != self.to_address:
            contact = self.env["res.partner"].search([("direct_address", "=", to_address)], limit=1)
            values |= {"to_address": to_address, "partner_id": contact.id}
        again = self._as_server().create(
            {
                **values,
                "resend_of_id": self.id,
                "in_reply_to_id": self.in_reply_to_id.id,
                "attachments": [
                    (document.name, document._direct_type(), document.raw)
                    for document in self.attachment_ids.sorted("id")
                ],
            }
        )
        self._note("resent", self.env._("As %(name)s to %(to)s", name=again.name, to=to_address))
        if self.practice_id.authentication_state == "authenticated":
            again._set_queued()
        else:
            again._set_held()
        self._announce()
        self._follow_up()
        return again

    def _may_arrive_twice(self):
        return self.state in ("uncertain", "unconfirmed")

    # --- the sender is told ------------------------------------------------------------------

    def _update_state(self, target, **values):
        # OVERRIDE: whoever sent it learns that there is something to do, or no longer is
        before = self.filtered("needs_attention")
        changed = super()._update_state(target, **values)
        (changed.filtered("needs_attention") | (before & changed))._follow_up()
        return changed

    def _follow_up(self):
        """Have an activity for the sender as long as one of the referral's messages needs it."""
        activity = "direct_messaging.activity_type_attention"
        for referral in self.referral_id:
            waiting = referral.direct_message_ids.filtered("needs_attention")
            if not waiting:
                referral.activity_feedback([activity])
            elif not referral.activity_search([activity]):
                first = waiting[0]
                referral.activity_schedule(
                    activity,
                    # Fixed words alone: what a provider says could name a patient
                    summary=self.env._(APPEARANCE[first.state][1]),
                    note=self.env._("Open the referral to see what happened and what to do next."),
                    user_id=(first.user_id or referral.author_id).id,
                )

    # --- appearance --------------------------------------------------------------------------

    def _delivery_row(self, user):
        row = super()._delivery_row(user) | {"needs_attention": self.needs_attention}
        if self.resend_ids:
            row |= {"advice": self.env._("Sent again.")}
        elif self.state in ATTENTION and self.is_sent_another_way:
            row |= {"advice": self.env._("Sent another way.")}
        return row

    def _row_actions(self, user):
        actions = super()._row_actions(user)
        if not (self.needs_attention and self._may_be_handled_by(user)):
            return actions
        if self.state == "uncertain":
            actions.append(self._row_action("action_ask_again", self.env._("Ask the Provider")))
        actions.append(self._row_action("action_send_again", self.env._("Send Again")))
        note = self.referral_id._note()
        for way in note._direct_other_ways() if note else ():
            action = self._row_action("action_send_by", way["label"])
            actions.append({**action, "arguments": [way["key"]]})
        actions.append(
            self._row_action(
                "action_sent_another_way",
                self.env._("Mark as Sent Another Way"),
                self.env._(
                    "Was this sent another way, such as by fax or on paper? It will no longer be "
                    "listed under Needs Attention."
                ),
            )
        )
        return actions

    @api.model
    def _row_action(self, method, label, confirm=False):
        return {"method": method, "label": label, "confirm": confirm}

    # --- the daily summary -------------------------------------------------------------------

    @api.model
    def _send_daily_summaries(self):
        """Cron: tell those who asked for it how much waits for them. Counts alone, no names."""
        asking = self.env["res.users"].search([("direct_daily_summary", "=", True)])
        for user in asking.filtered(lambda user: user.has_group("direct_messaging.group_user")):
            counts = (
                self.with_user(user)
                .with_context(allowed_company_ids=user.company_ids.ids)
                ._counts_of_summary()
            )
            if any(counts.values()):
                self._mail_summary(user, counts)

    @api.model
    def _counts_of_summary(self):
        """How many messages that the user may read have failed, are unclear, or are on the way."""
        states = {
            "failed": Domain("needs_attention", "=", True) & Domain("state", "=", "failed"),
            "unclear": Domain("needs_attention", "=", True) & Domain("state", "!=", "failed"),
            "waiting": Domain("state", "in", ("held", "queued", "sending", "accepted")),
        }
        return {name: self.search_count(domain) for name, domain in states.items()}

    @api.model
    def _mail_summary(self, user, counts):
        body = self.env["ir.qweb"]._render(
            "direct_messaging.daily_summary",
            {"counts": counts, "url": f"{self.get_base_url()}/odoo/direct-attention"},
            lang=user.lang,
        )
        as_server(self.env["mail.mail"]).create(
            {
                "subject": self.with_context(lang=user.lang).env._("Your Direct messages today"),
                "body_html": body,
                "email_from": user.company_id.email_formatted or user.email_formatted,
                "recipient_ids": [fields.Command.link(user.partner_id.id)],
                "auto_delete": True,
            }
        )
