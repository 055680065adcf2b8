from odoo import fields, models

from ..core.guarded import Writable


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (Writable("direct_daily_summary"),)

    direct_daily_summary = fields.Boolean(
        "Daily Summary of Direct Messages",
        help="A daily email with the number of messages that failed, may not have arrived, or are "
        "on their way. It doesn't name patients or recipients.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "direct_daily_summary"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "direct_daily_summary"]
