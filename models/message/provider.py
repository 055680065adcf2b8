from contextlib import closing

from odoo import models

from ...hisp.base import Capability, EventType


class DirectProvider(models.Model):
    """What is fetched from a provider: reports about messages, and messages that arrived."""

    _inherit = "direct.provider"

    def _on_report(self, report):
        if report.type == EventType.RECEIVED:
            # Fetched by the poll: the provider's callback is answered at once
            self.env.ref("direct_messaging.ir_cron_poll")._trigger()
        return super()._on_report(report)

    def _poll_steps(self):
        return [
            *(provider._fetch_events for provider in self),
            *(provider._fetch_inbox for provider in self),
            self.env["direct.message.event"]._handle_waiting,
            *super()._poll_steps(),
            self.env["direct.message"]._mark_unconfirmed,
        ]

    def _fetch_events(self):
        """Store the provider's events since the last time and act upon them."""
        with closing(self._hisp()) as hisp:
            more = True
            while more:
                page = hisp.events(self.event_cursor or "")
                # What is stored stays stored when a later page fails; and nothing is stored later
                # than it is committed, so that callbacks for the same are in each other's way least
                self.env["ir.cron"]._commit_progress()
                stored = self.env["direct.message.event"]._store(self, page.events)
                self.event_cursor = page.cursor
                self.env["ir.cron"]._commit_progress()
                stored._handle()
                more = page.more
            self.env["ir.cron"]._commit_progress()

    def _fetch_inbox(self):
        """Take over the messages that arrived."""
        if self._can(Capability.RECEIVING) and self.practice_ids:
            with closing(self._hisp()) as hisp:
                self.env["direct.message"]._fetch_inbox(self, hisp)
