from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.ccda.tables import UNIT_WORDS, VITAL_SIGNS

KINDS = [(kind, row.code.display) for kind, row in VITAL_SIGNS.items()]
UNITS = [
    (unit, UNIT_WORDS.get(unit, unit))
    for unit in dict.fromkeys(unit for row in VITAL_SIGNS.values() for unit in row.units)
]


class DirectClinicalVital(models.Model):
    """A vital sign that was measured in the visit of the note."""

    _name = "direct.clinical.vital"
    _inherit = "direct.clinical.entry"
    _description = "Vital Sign"
    _writable = (Writable("kind value unit"),)

    name = fields.Char(compute="_compute_name", required=False)
    kind = fields.Selection(KINDS, "Vital Sign", required=True)
    value = fields.Float(required=True, digits=(8, 2))
    unit = fields.Selection(
        UNITS, compute="_compute_unit", store=True, readonly=False, required=True, precompute=True
    )

    @api.depends("kind")
    def _compute_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for vital in self:
            vital.name = names.get(vital.kind, "")

    @api.depends("kind")
    def _compute_unit(self):
        for vital in self:
            units = VITAL_SIGNS[vital.kind].units if vital.kind else (False,)
            vital.unit = vital.unit if vital.unit in units else units[0]

    @api.constrains("kind", "value", "unit")
    def _check_measured(self):
        for vital in self:
            units = VITAL_SIGNS[vital.kind].units
            if vital.unit not in units:
                raise ValidationError(
                    self.env._(
                        "%(name)s can't be in %(unit)s. Choose %(units)s.",
                        name=vital.name,
                        unit=UNIT_WORDS.get(vital.unit, vital.unit),
                        units=", ".join(UNIT_WORDS.get(unit, unit) for unit in units),
                    )
                )
            if vital.value <= 0:
                raise ValidationError(
                    self.env._("Enter what was measured for %s, or remove the line.", vital.name)
                )

    def _ccda(self) -> ccda.Measurement:
        return ccda.Measurement(self.kind, f"{self.value:g}", self.unit)
