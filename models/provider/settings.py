from odoo import fields, models
from odoo.exceptions import UserError

from ..core.groups import MANAGER
from ..core.guarded import Writable


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (Writable("direct_provider_id", group=MANAGER),)

    direct_provider_id = fields.Many2one(
        "direct.provider",
        domain="[('company_id', 'in', (False, id))]",
        help="The HISP that carries this practice's Direct messages.",
    )


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

    def action_open_direct_provider(self):
        """Open the form of the chosen provider."""
        self.ensure_one()
        return self._chosen_provider()._get_records_action()

    def action_test_direct_connection(self):
        """Test the connection of the chosen provider."""
        self.ensure_one()
        return self._chosen_provider().action_test_connection()

    def _chosen_provider(self):
        self.check_access("read")
        if not self.direct_provider_id:
            raise UserError(self.env._("Choose or create a Direct provider first."))
        return self.direct_provider_id
