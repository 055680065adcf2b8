from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    direct_provider_id = fields.Many2one(
        "direct.provider",
        domain="[('company_id', 'in', (False, id))]",
        help="The HISP through which this practice sends and receives Direct messages.",
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
