import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from psycopg2 import IntegrityError, OperationalError

from ...hisp import errors
from .message import APPEARANCE

MARKED_AT_ONCE = 500

_logger = logging.getLogger(__name__)


class DirectMessage(models.Model):
    """The poll: fetches what callbacks missed and notes what was not confirmed in time."""

    _inherit = "direct.message"

    # Finds what was not confirmed in time, however much was confirmed
    _unconfirmed = models.Index("(provider_id, accepted_at, id) WHERE state = 'accepted'")

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
        """Note what got no final notice within its provider's window."""
        for provider in self.env["direct.provider"].search([("state", "!=", False)]):
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
            late._lock_with_referrals()._update_state(
                "unconfirmed",
                problem=self.env._(APPEARANCE["unconfirmed"][1]),
                advice=self.env._(
                    "Ask the recipient's practice whether it arrived before you send it again."
                ),
            )
            self.env["ir.cron"]._commit_progress()
