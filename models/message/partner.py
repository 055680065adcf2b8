from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    direct_delivered_at = fields.Datetime("Last Delivered On", readonly=True, copy=False)

    def _direct_remember_delivery(self, at):
        """Remember that a message arrived at this contact (naive UTC)."""
        # Once a day is exact enough: many messages go to one contact at the same time
        last = self.direct_delivered_at
        if not last or last.date() < at.date():
            self.try_lock_for_update(allow_referencing=True).direct_delivered_at = at
