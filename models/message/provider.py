from odoo import models

from ...hisp.base import EventType


class DirectProvider(models.Model):
    """What is fetched from a provider: reports about messages, and messages that arrived."""

    _inherit = "direct.provider"

    def _on_report(self, report):
        if report.type == EventType.RECEIVED:
            # Fetched by the poll: the provider's callback is answered at once
            self.env.ref("direct_messaging.ir_cron_poll")._trigger()
        return super()._on_report(report)

    def _poll_steps(self):
        events = self.env["direct.message.event"]
        return [
            self._read_feeds,
            self.env["direct.original"]._read_what_waits,
            events._match_again,
            events._handle_waiting,
            *super()._poll_steps(),
            self.env["direct.message"]._mark_unconfirmed,
        ]

    def _read_feeds(self):
        """Read all queues of these providers to their end."""
        self.env["direct.feed"]._poll(self)
