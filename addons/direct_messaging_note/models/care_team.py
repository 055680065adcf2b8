from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda
from odoo.addons.direct_messaging.tools.ccda import names


class DirectClinicalCareTeam(models.Model):
    """Somebody who cares for the patient."""

    _name = "direct.clinical.care.team"
    _inherit = "direct.clinical.entry"
    _description = "Care Team Member"
    _writable = (Writable("name role phone since_date"),)

    role = fields.Char(help="Example: Cardiologist, or daughter.")
    phone = fields.Char()
    since_date = fields.Date("Since")

    def _ccda(self) -> ccda.CareTeamMember:
        return ccda.CareTeamMember(
            names.split(self.name),
            self.role or "",
            ccda.Contact(phone=self.phone or ""),
            self.since_date or None,
            self._ccda_id(),
        )
