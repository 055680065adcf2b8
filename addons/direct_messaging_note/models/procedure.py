from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalProcedure(models.Model):
    """What was done to the patient."""

    _name = "direct.clinical.procedure"
    _inherit = "direct.clinical.entry"
    _description = "Procedure"
    _writable = (Writable("name snomed_code date"),)
    _codes = {"snomed_code": ccda.SNOMED_CT}

    name = fields.Char("Procedure")
    snomed_code = fields.Char("SNOMED CT", help="Example: 80146002 for an appendectomy.")
    date = fields.Date()

    def _ccda(self) -> ccda.Procedure:
        return ccda.Procedure(self.name, self._ccda_codes(), self.date or None, self._ccda_id())
