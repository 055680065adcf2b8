from odoo import fields, models

from ..core.groups import MANAGER
from ..core.guarded import Writable


class ResCompany(models.Model):
    _inherit = "res.company"

    _writable = (
        Writable(
            "direct_report_days_routine direct_report_days_urgent direct_report_days_stat",
            group=MANAGER,
        ),
    )

    direct_report_days_routine = fields.Integer("Report Expected Within (Routine)", default=14)
    direct_report_days_urgent = fields.Integer("Report Expected Within (Urgent)", default=7)
    direct_report_days_stat = fields.Integer("Report Expected Within (STAT)", default=2)

    _direct_report_days = models.Constraint(
        "CHECK (direct_report_days_routine > 0 AND direct_report_days_urgent > 0"
        " AND direct_report_days_stat > 0)",
        "The number of days must be at least 1.",
    )


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
