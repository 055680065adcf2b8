from odoo import fields, models

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
