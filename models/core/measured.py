from odoo import models
from odoo.tools import SQL


class DirectMeasured(models.AbstractModel):
    """Durations to average. One that has not ended is stored as 0 and must not count as 0."""

    _name = "direct.measured"
    _description = "Has Durations to Average"

    _durations = {}
    """Field of the duration: the field that has a value once it ended."""

    def _read_group_select(self, aggregate_spec, query):
        # OVERRIDE base: only what has ended
        selected = super()._read_group_select(aggregate_spec, query)
        ended = self._durations.get(aggregate_spec.partition(":")[0])
        if not ended:
            return selected
        return SQL(
            "%s FILTER (WHERE %s IS NOT NULL)",
            selected,
            self._field_to_sql(self._table, ended, query),
        )
