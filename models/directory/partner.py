from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools import address, identifiers
from ..core.groups import USER
from ..core.guarded import Writable
from ..core.records import of_company
from ..core.sentences import translated


class ResPartner(models.Model):
    """Whom one can refer to, and by which address."""

    _name = "res.partner"
    _inherit = ["res.partner", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (
        Writable("direct_address direct_npi direct_specialty direct_wants_xdm", group=USER),
    )

    direct_address = fields.Char(index="btree_not_null", copy=False)
    direct_npi = fields.Char(
        "NPI", help="National Provider Identifier (10 digits). Example: 1234567893."
    )
    direct_specialty = fields.Char("Specialty")
    direct_wants_xdm = fields.Boolean(
        "Wants XDM", help="Send this recipient all documents in one zip file with IHE XDM metadata."
    )
    direct_verified_at = fields.Datetime("Direct Address Verified On", readonly=True, copy=False)

    @api.constrains("direct_npi")
    def _check_direct_npi(self):
        for partner in self.filtered("direct_npi"):
            if problem := identifiers.npi_problem(partner.direct_npi):
                raise ValidationError(translated(self.env, problem))

    @api.constrains("direct_address")
    def _check_direct_address(self):
        for partner in self.filtered("direct_address"):
            if problem := address.address_problem(partner.direct_address):
                raise ValidationError(translated(self.env, problem))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalized_direct_address(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalized_direct_address(vals))

    @api.model
    def _normalized_direct_address(self, vals: dict) -> dict:
        if not vals.get("direct_address"):
            return vals
        return {**vals, "direct_address": address.normalize(vals["direct_address"])}

    @api.model
    def _direct_contact(self, whole, company):
        """Return the contact that has this address, for use in `company`: its own or a shared one.

        :param whole: the address, normalized
        """
        found = self.search(of_company(company) & Domain("direct_address", "=", whole))
        return found.sorted(lambda partner: not partner.company_id)[:1] if whole else self.browse()
