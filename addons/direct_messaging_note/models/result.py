from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.ccda.tables import INTERPRETATIONS


class DirectClinicalResult(models.Model):
    """A result of a laboratory or another test."""

    _name = "direct.clinical.result"
    _inherit = "direct.clinical.entry"
    _description = "Result"
    _writable = (Writable("name loinc_code value unit date interpretation normal"),)
    _codes = {"loinc_code": ccda.LOINC}

    name = fields.Char("Test")
    loinc_code = fields.Char("LOINC", help="Example: 4548-4 for hemoglobin A1c.")
    value = fields.Char("Result", required=True, help="A number or words. Example: 7.2.")
    unit = fields.Char(help="As the laboratory writes it. Example: mg/dL.")
    date = fields.Date()
    interpretation = fields.Selection(list(INTERPRETATIONS.items()))
    normal = fields.Char("Normal Range", help="As the laboratory writes it. Example: 4.0-5.6.")

    def _ccda(self) -> ccda.Result:
        return ccda.Result(
            self.name,
            self.value,
            self.unit or "",
            self._ccda_codes(),
            self.date or None,
            self.interpretation or "",
            self.normal or "",
            self._ccda_id(),
        )
