from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalGoal(models.Model):
    """What the patient or the clinician wants to reach."""

    _name = "direct.clinical.goal"
    _inherit = "direct.clinical.entry"
    _description = "Goal"
    _writable = (Writable("name due_date"),)

    name = fields.Char("Goal")
    due_date = fields.Date("By")

    def _ccda(self) -> ccda.Goal:
        return ccda.Goal(self.name, self.due_date or None, id=self._ccda_id())
