from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalConcern(models.Model):
    """What worries the patient or the clinician."""

    _name = "direct.clinical.concern"
    _inherit = "direct.clinical.entry"
    _description = "Health Concern"
    _writable = (Writable("name since_date"),)

    name = fields.Char("Concern")
    since_date = fields.Date("Since")

    def _ccda(self) -> ccda.HealthConcern:
        return ccda.HealthConcern(self.name, self.since_date or None, id=self._ccda_id())
