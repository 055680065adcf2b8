from odoo import models

CHANGES_WHO_IS_HERE = {"active", "group_ids", "company_ids"}


class ResUsers(models.Model):
    """What somebody who leaves had to do goes to who is responsible now."""

    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if CHANGES_WHO_IS_HERE & vals.keys():
            self._direct_hand_over()
        return result

    def _direct_hand_over(self):
        """Give the open activities of those who have left to somebody who is here."""
        owned = self.env.registry.descendants(["direct.owned"], "_inherit")
        activities_sudo = self.env["mail.activity"].sudo()
        for activity in activities_sudo.search(
            [("user_id", "in", self.ids), ("res_model", "in", sorted(owned))]
        ):
            record = self.env[activity.res_model].sudo().browse(activity.res_id).exists()
            responsible = record and record._responsible()
            if responsible and not record._is_here(activity.user_id):
                activity.user_id = responsible
