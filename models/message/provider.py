from odoo import fields, models

from ...hisp.base import EventType


class DirectProvider(models.Model):
    """What is fetched from a provider: reports about messages, and messages that arrived."""

    _inherit = "direct.provider"

    def write(self, vals):
        written = super().write(vals)
        if vals.keys() & {"active", "state"}:
            # In the provider's place, whoever changes it: what waits says why, or goes on
            messages_sudo = self.env["direct.message"].sudo()
            messages_sudo._settle_resting()
            in_use = self.sudo().filtered(lambda provider: provider._is_in_use())
            messages_sudo._try_now(in_use.practice_ids)
            if in_use:
                self.env.ref("direct_messaging.ir_cron_send").sudo()._trigger()
        return written

    def _on_report(self, report):
        if report.type == EventType.RECEIVED:
            # Fetched by the poll: the provider's callback is answered at once
            self.env.ref("direct_messaging.ir_cron_poll")._trigger()
        return super()._on_report(report)

    def _on_taken_over(self):
        # The other database may have sent what waits here: asked about before it is sent
        waiting = self.env["direct.message"].search([("state", "=", "queued")])
        waiting.write({"state": "sending", "next_attempt_at": fields.Datetime.now()})
        self.env.ref("direct_messaging.ir_cron_send")._trigger()
        return super()._on_taken_over()

    def _poll_steps(self):
        events = self.env["direct.message.event"]
        return [
            self._read_feeds,
            self.env["direct.original"]._read_what_waits,
            events._match_again,
            events._handle_waiting,
            *super()._poll_steps(),
            self.env["direct.message"]._mark_unconfirmed,
            self.env["direct.message"]._settle_resting,
        ]

    def _read_feeds(self):
        """Read all queues of these providers to their end."""
        self.env["direct.feed"]._poll(self)
