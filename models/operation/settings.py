from odoo import api, fields, models
from odoo.exceptions import UserError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    direct_provider_id = fields.Many2one(
        related="company_id.direct_provider_id",
        readonly=False,
        domain="[('company_id', 'in', (False, company_id))]",
    )
    direct_provider_state = fields.Selection(related="direct_provider_id.state")
    direct_provider_check_result = fields.Char(related="direct_provider_id.check_result")
    direct_provider_check_ok = fields.Boolean(related="direct_provider_id.check_ok")

    direct_practice_id = fields.Many2one(
        "direct.practice", compute="_compute_direct_practice_id", compute_sudo=True
    )
    direct_domain = fields.Char(related="direct_practice_id.domain")
    direct_authentication_state = fields.Selection(
        related="direct_practice_id.authentication_state"
    )
    direct_legal_representative_ids = fields.Many2many(
        related="direct_practice_id.legal_representative_ids", readonly=False
    )
    direct_report_days_routine = fields.Integer(
        related="company_id.direct_report_days_routine", readonly=False
    )
    direct_report_days_urgent = fields.Integer(
        related="company_id.direct_report_days_urgent", readonly=False
    )
    direct_report_days_stat = fields.Integer(
        related="company_id.direct_report_days_stat", readonly=False
    )

    @api.depends("company_id")
    def _compute_direct_practice_id(self):
        for settings in self:
            settings.direct_practice_id = self.env["direct.practice"]._of_company(
                settings.company_id
            )

    def action_open_direct_provider(self):
        """Open the form of the chosen provider."""
        self.ensure_one()
        return self._chosen_provider()._get_records_action()

    def action_test_direct_connection(self):
        """Test the connection of the chosen provider."""
        self.ensure_one()
        return self._chosen_provider().action_test_connection()

    def _chosen_provider(self):
        if not self.direct_provider_id:
            raise UserError(self.env._("Choose or create a Direct provider first."))
        return self.direct_provider_id
