from odoo import api, fields, models
from odoo.tools import SQL


class DirectMessage(models.Model):
    """How long it took: for lists, graphs and the dashboard."""

    _name = "direct.message"
    _inherit = ["direct.message", "direct.measured"]

    _durations = {"minutes_to_acceptance": "accepted_at", "minutes_to_delivery": "delivered_at"}

    minutes_to_acceptance = fields.Float(
        "Minutes to Acceptance",
        compute="_compute_minutes",
        store=True,
        aggregator="avg",
        digits=(12, 2),
        help="Time from queued to accepted by the Direct provider.",
    )
    minutes_to_delivery = fields.Float(
        "Minutes to Delivery",
        compute="_compute_minutes",
        store=True,
        aggregator="avg",
        digits=(12, 2),
        help="Time from queued to delivered.",
    )

    _sent_in_period = models.Index("(company_id, queued_at) WHERE direction = 'out'")

    @api.depends("queued_at", "accepted_at", "delivered_at")
    def _compute_minutes(self):
        for message in self:
            for duration, ended in self._durations.items():
                seconds = 0
                if message.queued_at and message[ended]:
                    seconds = (message[ended] - message.queued_at).total_seconds()
                # The provider's clock may be behind ours
                message[duration] = max(seconds, 0) / 60

    @api.model
    def _median_minutes_to_delivery(self, domain):
        """Return the median of the messages in `domain` that arrived; None when none did.

        Only of what the user may read. PostgreSQL's ``percentile_cont`` interpolates between the
        two in the middle.
        """
        query = self._search(domain & fields.Domain("delivered_at", "!=", False))
        median = SQL(
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)",
            self._field_to_sql(self._table, "minutes_to_delivery", query),
        )
        [[minutes]] = self.env.execute_query(query.select(median))
        return minutes
