from odoo import fields, models

from odoo.addons.direct_messaging.models.core.guarded import Writable
from odoo.addons.direct_messaging.tools import ccda


class DirectClinicalSocial(models.Model):
    """How the patient lives, in words."""

    _name = "direct.clinical.social"
    _inherit = "direct.clinical.entry"
    _description = "Social History"
    _writable = (Writable("name answer date"),)

    name = fields.Char("Topic", help="Example: Occupation.")
    answer = fields.Char(required=True, help="Example: Teacher, lives alone.")
    date = fields.Date("Asked On", default=fields.Date.context_today)

    def _ccda(self) -> ccda.SocialHistory:
        return ccda.SocialHistory(self.name, self.answer, at=self.date or None, id=self._ccda_id())
