import logging

from odoo import api, models
from odoo.exceptions import UserError
from psycopg2 import IntegrityError, OperationalError

from ...hisp import errors

_logger = logging.getLogger(__name__)


class DirectProvider(models.Model):
    """The poll: asks providers for what callbacks missed, every few minutes."""

    _inherit = "direct.provider"

    @api.model
    def _poll(self):
        """Cron: take every step of the poll. One that fails never stops the others."""
        for step in self.search([("state", "!=", "disabled")])._poll_steps():
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

    def _poll_steps(self) -> list:
        """Return what a poll of these providers does, as functions, in order.

        A wing that has something to ask of providers extends it.
        """
        return []
