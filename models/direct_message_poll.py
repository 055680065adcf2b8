import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from psycopg2 import IntegrityError, OperationalError

from ..hisp import errors

_logger = logging.getLogger(__name__)


class DirectMessage(models.Model):
    """The poll: fetches what callbacks missed and notes what was not confirmed in time."""

    _inherit = "direct.message"

    @api.model
    def _poll(self):
        """Cron: fetch what callbacks missed, then note what was not confirmed in time."""
        providers = self.env["direct.provider"].search([("state", "!=", "disabled")])
        steps = [provider._fetch_events for provider in providers]
        steps += [provider._fetch_inbox for provider in providers]
        steps += [
            self.env["direct.message.event"]._handle_waiting,
            self.env["direct.enrollment"]._poll,
            self.env["direct.practice"]._poll_authentication,
            self._mark_unconfirmed,
        ]
        for step in steps:
            try:
                step()
                self.env["ir.cron"]._commit_progress()
            except (errors.HispError, UserError, IntegrityError, OperationalError) as error:
                # Not there, or a callback is about the same just now: the next run comes soon
                self.env.cr.rollback()
                _logger.info("%s: %s", step.__qualname__, type(error).__name__)
            except Exception as error:  # noqa: BLE001 - one provider never stops the others
                self.env.cr.rollback()
                _logger.error("%s: %s", step.__qualname__, type(error).__name__)

    @api.model
    def _mark_unconfirmed(self):
        for message in self.search([("state", "=", "accepted")]):
            window = timedelta(minutes=message.provider_id.confirmation_minutes)
            if fields.Datetime.now() - message.accepted_at > window:
                message._update_state(
                    "unconfirmed",
                    advice=self.env._("Ask the recipient's practice whether it arrived."),
                )
