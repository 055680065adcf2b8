from odoo import api, fields, models

from ..core.sentences import translated
from .states import APPEARANCE, EVENT_LABELS, SOURCES


class DirectMessage(models.Model):
    """What windows show of a message, and how they hear of a change."""

    _inherit = "direct.message"

    def _announce(self):
        """Tell the sender's open windows to look again. Ids only: no patient data on the bus."""
        for message in self:
            message._watchers()._bus_send("direct_messaging/message", message._announcement())

    def _announcement(self) -> dict:
        """What open windows need to know which message it is about. Ids only."""
        return {"message_id": self.id, "state": self.state}

    def _delivery_row(self, user) -> dict:
        """Describe where the message stands for `direct_delivery`, as `user` may see it."""
        tone, sentence = APPEARANCE[self.state]
        is_incoming = self.direction == "in"
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": self.id,
            "recipient": self.sender if is_incoming else self.recipient_name,
            "address": self.from_address if is_incoming else self.to_address,
            "sent_by": self.sent_by or "",
            "state": self.state,
            "label": labels[self.state],
            "tone": tone,
            "sentence": translated(self.env, self.problem or sentence),
            "advice": self.probable_report
            or self._repair_advice()
            or self._waiting_advice()
            or translated(self.env, self.advice)
            or "",
            "at": fields.Datetime.to_string(
                self.received_at or self.delivered_at or self.accepted_at or self.write_date
            ),
            "needs_attention": self.needs_attention,
            "actions": [
                *self._row_actions(user),
                *self._repair_actions(user),
                *self._probable_actions(user),
            ],
            "events": [
                {
                    "at": fields.Datetime.to_string(event.at),
                    "label": self.env._(EVENT_LABELS[event.type])
                    if event.type in EVENT_LABELS
                    else event.type,
                    "detail": ". ".join(
                        filter(None, (event.acting, translated(self.env, event.detail)))
                    ),
                }
                for event in self.event_ids
            ],
        }

    def _waiting_advice(self):
        return self.practice_id._waiting_sentence() if self.state == "held" else ""

    def _row_actions(self, user):
        if not self._may_be_handled_by(user):
            return []
        actions = []
        if self.state == "held" and self.practice_id.legal_representative_ids:
            method = "action_ask_legal_representative"
            actions.append(self._row_action(method, self.env._("Ask Them")))
        if self.state in SOURCES["cancelled"]:
            sentence = self.env._("Cancel this message? It won't be sent.")
            actions.append(
                self._row_action("action_cancel", self.env._("Cancel"), confirm=sentence)
            )
        return actions

    @api.model
    def _row_action(self, method, label, *arguments, confirm=False):
        return {"method": method, "label": label, "arguments": list(arguments), "confirm": confirm}
