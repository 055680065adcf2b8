from odoo import api, fields, models

from ..core.guarded import Writable
from .delegation import MANAGER


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (
        Writable("direct_provider_id", group=MANAGER),
        Writable(
            "direct_report_days_routine direct_report_days_urgent direct_report_days_stat",
            group=MANAGER,
        ),
    )

    direct_provider_id = fields.Many2one(
        "direct.provider",
        domain="[('company_id', 'in', (False, id))]",
        help="The HISP that carries this practice's Direct messages.",
    )
    direct_report_days_routine = fields.Integer("Report Expected Within (Routine)", default=14)
    direct_report_days_urgent = fields.Integer("Report Expected Within (Urgent)", default=7)
    direct_report_days_stat = fields.Integer("Report Expected Within (STAT)", default=2)

    _direct_report_days = models.Constraint(
        "CHECK (direct_report_days_routine > 0 AND direct_report_days_urgent > 0"
        " AND direct_report_days_stat > 0)",
        "The number of days must be at least 1.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._follow_direct_provider()
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "direct_provider_id" in vals:
            self._follow_direct_provider()
        return result

    def _follow_direct_provider(self):
        """Have a practice for each company with a provider, so that it can be prepared at once."""
        practices = self.env["direct.practice"]
        for company in self.filtered("direct_provider_id"):
            practices._follow(company)
