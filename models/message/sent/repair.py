from odoo import api, fields, models
from odoo.exceptions import UserError

from ....tools import address
from ...core import records, relations
from ...core.guarded import decides
from ..states import ATTENTION


class DirectMessage(models.Model):
    """What a person does about a message that did not arrive, or may not have arrived.

    The message itself stays as it is: it is a record of what happened. It no longer needs
    attention once it was sent again, as another message, or in another way.
    """

    _inherit = "direct.message"

    resend_of_id = fields.Many2one(
        "direct.message", readonly=True, index=True, copy=False, ondelete="restrict"
    )
    resend_ids = relations.One2many("direct.message", "resend_of_id", "Sent Again As")
    is_sent_another_way = fields.Boolean("Sent Another Way", readonly=True, copy=False)
    needs_attention = fields.Boolean(compute="_compute_needs_attention", store=True)

    _needs_attention = models.Index("(user_id) WHERE needs_attention")
    _received_needs_no_repair = models.Constraint(
        "CHECK (direction = 'out' OR (resend_of_id IS NULL AND is_sent_another_way IS NOT TRUE"
        " AND needs_attention IS NOT TRUE))",
        "Only a message that was sent is sent again.",
    )

    @api.depends("state", "resend_ids", "is_sent_another_way")
    def _compute_needs_attention(self):
        for message in self:
            message.needs_attention = message.state in ATTENTION and not (
                message.resend_ids or message.is_sent_another_way
            )

    # --- actions -----------------------------------------------------------------------------

    @decides()
    def action_ask_again(self):
        """Ask the provider now whether it has an uncertain message."""
        self.ensure_one()
        self._check_outgoing()
        message_sudo = self.sudo()
        records.lock(message_sudo)
        message_sudo.invalidate_recordset(["state"])
        if message_sudo.state != "uncertain":
            return
        message_sudo._put_on_timeline("asking")
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
        self._check_outgoing()
        self._check_needs_attention()
        return self.env["direct.resend"]._open(self)

    @decides()
    def action_sent_another_way(self):
        """Note that a person sent it in another way, so that it needs no attention any more."""
        self._check_outgoing()
        self._check_needs_attention()
        for message_sudo in self.sudo():
            message_sudo.is_sent_another_way = True
            message_sudo._put_on_timeline(
                "another_way", self.env._("Marked by %s", self.env.user.name)
            )
            message_sudo._announce()
        self.sudo()._on_attention_changed()

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
        records.lock(self)
        self.invalidate_recordset()
        self._check_needs_attention()
        self._check_address_in_use()
        to_address = address.normalize(to_address)
        if problem := self.practice_id._recipient_problem(to_address):
            raise UserError(problem)
        [values] = self.copy_data()
        if to_address != self.to_address:
            contact = self.env["res.partner"]._direct_contact(to_address, self.company_id)
            values |= {"to_address": to_address, "partner_id": contact.id}
        again = self._as_server().create(
            {
                **values,
                "resend_of_id": self.id,
                "in_reply_to_id": self.in_reply_to_id.id,
                "attachments": self._documents()._direct_to_send(),
            }
        )
        self._put_on_timeline(
            "resent", self.env._("As %(name)s to %(to)s", name=again.name, to=to_address)
        )
        again._let_go()
        self._announce()
        self._on_attention_changed()
        return again

    def _check_address_in_use(self):
        """Refuse to send in the name of somebody who has left, or through nothing."""
        account = self.account_id
        if not account._is_in_use():
            raise UserError(
                self.env._(
                    "%(name)s no longer uses %(address)s. Send it from your own address, or choose "
                    "Mark as Sent Another Way.",
                    name=account.user_id.name,
                    address=account.address,
                )
            )
        if problem := account.practice_id._sending_problem():
            raise UserError(problem)

    def _may_arrive_twice(self):
        return self.state in ("uncertain", "unconfirmed")

    # --- the sender is told ------------------------------------------------------------------

    def _update_state(self, target, **values):
        # OVERRIDE: whoever sent it learns that there is something to do, or no longer is
        before = self.filtered("needs_attention")
        changed = super()._update_state(target, **values)
        (changed.filtered("needs_attention") | (before & changed))._on_attention_changed()
        return changed

    def _on_attention_changed(self):
        """Act on messages that need attention now, or no longer do.

        Whoever is responsible is told, with no word of the patient. A wing that gives somebody
        something to do about it instead extends it.
        """
        for message in self.filtered("needs_attention"):
            message._tell(message._responsible(), self.env._("A Direct message needs attention"))

    # --- appearance --------------------------------------------------------------------------

    def _repair_advice(self) -> str:
        """Say that it was made good; empty while it was not."""
        if self.resend_ids:
            return self.env._("Sent again.")
        if self.state in ATTENTION and self.is_sent_another_way:
            return self.env._("Sent another way.")
        return ""

    def _repair_actions(self, user) -> list[dict]:
        """Return what `user` can do about a message that needs attention."""
        if not (self.needs_attention and self._may_be_handled_by(user)):
            return []
        actions = []
        if self.state == "uncertain":
            actions.append(self._row_action("action_ask_again", self.env._("Ask the Provider")))
        actions.append(self._row_action("action_send_again", self.env._("Send Again")))
        actions += self._other_ways()
        actions.append(
            self._row_action(
                "action_sent_another_way",
                self.env._("Mark as Sent Another Way"),
                confirm=self.env._(
                    "Was this sent another way, such as by fax or on paper? It will no "
                    "longer be listed under Needs Attention."
                ),
            )
        )
        return actions

    def _other_ways(self) -> list[dict]:
        """Return the ways to send it other than by Direct, as row actions; none by itself."""
        return []
