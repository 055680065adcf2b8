from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    direct_daily_summary = fields.Boolean(
        "Daily Summary of Direct Messages",
        help="An e-mail each day with the number of messages that failed, may not have arrived or"
        " are on their way. It names no patient and no recipient.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "direct_daily_summary"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "direct_daily_summary"]
