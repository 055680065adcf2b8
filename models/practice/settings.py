from odoo import api, fields, models

from ..core import relations


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


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    direct_practice_id = fields.Many2one(
        "direct.practice", compute="_compute_direct_practice_id", compute_sudo=True
    )
    direct_domain = fields.Char(related="direct_practice_id.domain")
    direct_authentication_state = fields.Selection(
        related="direct_practice_id.authentication_state"
    )
    direct_legal_representative_ids = relations.Many2many(
        related="direct_practice_id.legal_representative_ids", readonly=False
    )

    @api.depends("company_id")
    def _compute_direct_practice_id(self):
        for settings in self:
            settings.direct_practice_id = self.env["direct.practice"]._of_company(
                settings.company_id
            )
