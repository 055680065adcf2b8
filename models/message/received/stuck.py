from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ....hisp.errors import HispError
from ...core.guarded import decides

FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(days=1)


class DirectMessageStuck(models.Model):
    """A message that waits at the provider because it could not be taken over.

    It is tried again after growing pauses and is not acknowledged, so nothing is lost. The record
    goes once the message is in an inbox.
    """

    _name = "direct.message.stuck"
    _inherit = "direct.guarded"
    _description = "Message That Couldn't Be Received"
    _order = "id desc"
    _rec_name = "inbound_id"

    provider_id = fields.Many2one("direct.provider", required=True, readonly=True, index=True)
    inbound_id = fields.Char("Fetched As", required=True, readonly=True)
    problem = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime("Next Attempt", required=True, readonly=True)

    _inbound_unique = models.Constraint(
        "UNIQUE (provider_id, inbound_id)", "This problem was already recorded."
    )

    @api.model
    def _not_due(self, provider) -> set[str]:
        """The ids that are not to be tried yet."""
        waiting = Domain("provider_id", "=", provider.id) & Domain(
            "next_attempt_at", ">", fields.Datetime.now()
        )
        return set(self.search(waiting).mapped("inbound_id"))

    @api.model
    def _of(self, provider, inbound_id):
        return self.search(
            [("provider_id", "=", provider.id), ("inbound_id", "=", inbound_id)], limit=1
        )

    @api.model
    def _note(self, provider, inbound_id, error):
        """Note that it could not be taken over, in words without content, and when to try again."""
        stuck = self._of(provider, inbound_id) or self._as_server().create(
            {
                "provider_id": provider.id,
                "inbound_id": inbound_id,
                "next_attempt_at": fields.Datetime.now(),
            }
        )
        pause = min(FIRST_PAUSE * 2 ** min(stuck.attempts, 20), LONGEST_PAUSE)
        stuck.write(
            {
                "problem": self.env["direct.provider"]._sentence(error)
                if isinstance(error, HispError)
                else self.env._(
                    "This message couldn't be read. It is still available from the provider."
                ),
                "attempts": stuck.attempts + 1,
                "next_attempt_at": fields.Datetime.now() + pause,
            }
        )

    @api.model
    def _settle(self, provider, inbound_id):
        self._of(provider, inbound_id).unlink()

    @decides()
    def action_try_again(self):
        """Try at once."""
        self.check_access("write")
        self.sudo().next_attempt_at = fields.Datetime.now()
        self.env.ref("direct_messaging.ir_cron_poll").sudo()._trigger()
