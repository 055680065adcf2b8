from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    direct_report_days_routine = fields.Integer(
        related="company_id.direct_report_days_routine", readonly=False
    )
    direct_report_days_urgent = fields.Integer(
        related="company_id.direct_report_days_urgent", readonly=False
    )
    direct_report_days_stat = fields.Integer(
        related="company_id.direct_report_days_stat", readonly=False
    )
