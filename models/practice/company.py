from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

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
