from datetime import timedelta

from odoo import api, fields, models

from ...core.batch import together
from ..states import APPEARANCE

MARKED_AT_ONCE = 500


class DirectMessage(models.Model):
    """What got no final notice in time may not have arrived."""

    _inherit = "direct.message"

    # Finds what was not confirmed in time, however much was confirmed
    _unconfirmed = models.Index("(provider_id, accepted_at, id) WHERE state = 'accepted'")

    @api.model
    def _mark_unconfirmed(self):
        """Note what got no final notice within its provider's window."""
        # Those of providers that are not in use any more as well
        for provider in (
            self.env["direct.provider"]
            .with_context(active_test=False)
            .search([("state", "!=", False)])
        ):
            window = timedelta(minutes=provider.confirmation_minutes)
            late = self.search(
                [
                    ("provider_id", "=", provider.id),
                    ("state", "=", "accepted"),
                    ("accepted_at", "<", fields.Datetime.now() - window),
                ],
                order="accepted_at, id",
                limit=MARKED_AT_ONCE,
            )
            together(self.env, list(late._lock_to_change()), self._set_unconfirmed)
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _set_unconfirmed(self, messages):
        """Note of a list of messages that their time is over."""
        self.union(*messages)._update_state(
            "unconfirmed",
            problem=self.env._(APPEARANCE["unconfirmed"][1]),
            advice=self.env._(
                "Ask the recipient's practice whether it arrived before you send it again."
            ),
        )
