from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalImmunization(models.Model):
    """A vaccine that the patient was given."""

    _name = "direct.clinical.immunization"
    _inherit = "direct.clinical.entry"
    _description = "Immunization"
    _writable = (Writable("name cvx_code date lot"),)
    _codes = {"cvx_code": ccda.CVX}

    name = fields.Char("Vaccine")
    cvx_code = fields.Char("CVX", help="Example: 141 for an influenza vaccine.")
    date = fields.Date("Given On")
    lot = fields.Char("Lot Number")

    def _ccda(self) -> ccda.Immunization:
        return ccda.Immunization(
            self.name, self._ccda_codes(), self.date or None, self.lot or "", self._ccda_id()
        )
