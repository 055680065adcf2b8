from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...hisp.base import Nature
from ...tools import address
from ...tools.consultation import is_consultation_note
from ..core.guarded import decides
from ..core.turns import take_turns
from ..message.states import APPEARANCE, ATTENTION, SOURCES

ORDER = "referral/order"
REPORT = "referral/report"
"""Direct Context 1.1: the type of a message that brings a referral, or the consult report."""

# Where a referral stands, by the first group of message states that one of its messages is in
STATE_BY_MESSAGES = (
    ("attention", {"failed", "uncertain", "unconfirmed"}),
    ("held", {"held"}),
    ("sent", {"draft", "queued", "sending", "accepted"}),
    ("another_way", {"another_way"}),
    ("delivered", {"delivered"}),
    ("cancelled", {"cancelled"}),
)
ATTENTION_ACTIVITY = "direct_messaging.activity_type_attention"


def group_of(state):
    """Return what the state of one message makes of its referral, were there no other."""
    return next((group for group, states in STATE_BY_MESSAGES if state in states), None)


class DirectMessage(models.Model):
    """What a message is to its referral: it carries it, or answers it."""

    _inherit = "direct.message"

    referral_id = fields.Many2one("direct.referral", readonly=True, index=True, ondelete="restrict")
    answer_kind = fields.Selection(
        [("report", "Consult Report"), ("answer", "Answer")],
        "Type of Answer",
        readonly=True,
        copy=False,
        help="How this message answers the referral.",
    )

    _sent_answers_no_referral = models.Constraint(
        "CHECK (direction = 'in' OR answer_kind IS NULL)",
        "Only a message that arrived answers a referral.",
    )

    # --- sent --------------------------------------------------------------------------------

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

    def _lock_to_change(self):
        messages = super()._lock_to_change()
        referrals = messages.referral_id
        if not referrals:
            return messages
        locked = self._locked(
            SQL(
                "SELECT id FROM direct_referral WHERE id IN %s ORDER BY id"
                " FOR NO KEY UPDATE SKIP LOCKED",
                referrals._ids,
            )
        )
        busy = referrals - referrals.browse(locked)
        return messages.filtered(lambda message: message.referral_id not in busy)

    def _update_state(self, target, **values):
        # Each of two transactions would compute the referral's state without what the other changes
        take_turns(
            self.filtered(
                lambda message: (
                    message.state in SOURCES[target] and group_of(message.state) != group_of(target)
                )
            ).referral_id
        )
        return super()._update_state(target, **values)

    def _context_type(self):
        if self.referral_id:
            return {"type": ORDER}
        if self.in_reply_to_id.context_type == ORDER:
            return {"type": REPORT}
        return super()._context_type()

    # --- when it did not arrive --------------------------------------------------------------

    def _on_attention_changed(self):
        """Have an activity for the sender as long as one of the referral's messages needs it."""
        for referral in self.referral_id:
            waiting = referral.direct_message_ids.filtered("needs_attention")
            if not waiting:
                referral.activity_feedback([ATTENTION_ACTIVITY])
            elif not referral.activity_search([ATTENTION_ACTIVITY]):
                first = waiting[0]
                referral._schedule(
                    ATTENTION_ACTIVITY,
                    # Fixed words alone: what a provider says could name a patient
                    summary=self.env._(APPEARANCE[first.state][1]),
                    note=self.env._("Open the referral to see what happened and what to do next."),
                )
        others = self.filtered(lambda message: not message.referral_id)
        return super(DirectMessage, others)._on_attention_changed()

    def _other_ways(self):
        note = self.referral_id._note()
        return super()._other_ways() + [
            self._row_action("action_send_by", way["label"], way["key"])
            for way in (note._direct_other_ways() if note else ())
        ]

    @decides()
    def action_send_by(self, channel):
        """Send the referral of this message by another channel of its note, such as Print."""
        self.ensure_one()
        self._check_outgoing()
        note = self.referral_id._note()
        ways = note._direct_other_ways() if note else ()
        way = next((way for way in ways if way["key"] == channel), None)
        if not way:
            raise UserError(self.env._("This way of sending a referral isn't available."))
        action = note.action_send_referral(channel)
        self.sudo()._put_on_timeline("other_channel", way["label"])
        return action

    # --- received ----------------------------------------------------------------------------

    def _on_received(self):
        self.referral_id = self._thread_back().referral_id[:1]
        if self.nature == Nature.LETTER:
            self.referral_id._on_answered(self)
        return super()._on_received()

    def _tell_answer_kind(self) -> str:
        """Tell a consult report from an answer that a person has to read.

        Only the practice that was asked can report by itself: from anybody else it is an answer.
        """
        self.ensure_one()
        is_from_those_asked = _domain(self.from_address) == _domain(self.in_reply_to_id.to_address)
        return "report" if is_from_those_asked and self._brings_report() else "answer"

    def _brings_report(self):
        return self.context_type == REPORT or any(
            is_consultation_note(document.raw or b"") for document in self.attachment_ids
        )

    # --- appearance --------------------------------------------------------------------------

    def _watchers(self):
        return super()._watchers() | self.sudo().referral_id.author_id

    def _announcement(self):
        referral = self.referral_id
        return {
            **super()._announcement(),
            "referral_id": referral.id,
            "res_model": referral.res_model,
            "res_id": referral.res_id,
        }

    def _delivery_row(self, user):
        referral = self.referral_id
        return {
            **super()._delivery_row(user),
            "referral_id": referral.id,
            "referral_name": referral.name,
        }

    @decides()
    def inbox_read(self):
        """Read a message for the reading pane, with the referral that it belongs to."""
        referral = self.referral_id
        return {
            **super().inbox_read(),
            "referral_id": referral.id,
            "referral": referral.display_name or "",
        }


def _domain(whole):
    return address.normalize(whole).rpartition("@")[2]
