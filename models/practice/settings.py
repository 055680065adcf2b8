from odoo import api, fields, models

from ..core import relations


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
