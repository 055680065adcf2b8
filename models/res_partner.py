from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import address, identifiers

USER = "direct_messaging.group_user"


class ResPartner(models.Model):
    _inherit = "res.partner"

    direct_address = fields.Char(index="btree_not_null", copy=False)
    direct_npi = fields.Char("NPI", help="National Provider Identifier, ten digits.")
    direct_specialty = fields.Char("Specialty")
    direct_wants_xdm = fields.Boolean(
        "Wants XDM", help="Gets all documents of a message in one zip with IHE XDM metadata."
    )
    direct_verified_at = fields.Datetime("Direct Address Verified On", readonly=True, copy=False)
    direct_delivered_at = fields.Datetime("Last Delivered On", readonly=True, copy=False)

    # Patient data: only for those who use Direct messaging
    direct_is_patient = fields.Boolean("Is a Patient", groups=USER)
    direct_birthdate = fields.Date("Date of Birth", groups=USER)
    direct_sex = fields.Selection(
        [("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
        string="Sex",
        groups=USER,
    )
    direct_record_number = fields.Char("Medical Record Number", groups=USER)

    @api.constrains("direct_npi")
    def _check_direct_npi(self):
        for partner in self.filtered("direct_npi"):
            if problem := identifiers.npi_problem(partner.direct_npi):
                raise ValidationError(problem)

    @api.constrains("direct_address")
    def _check_direct_address(self):
        for partner in self.filtered("direct_address"):
            if problem := address.address_problem(partner.direct_address):
                raise ValidationError(problem)

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
