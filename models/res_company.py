from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    direct_provider_id = fields.Many2one(
        "direct.provider",
        string="Direct Provider",
        domain="[('company_id', 'in', (False, id))]",
        help="The HISP through which this practice sends and receives Direct messages.",
    )
