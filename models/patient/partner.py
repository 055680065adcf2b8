from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import address, identifiers
from ...tools.discretion import names_patient
from ...tools.matching import Person
from ..core.guarded import Writable, decides

USER = "direct_messaging.group_user"


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (
        Writable("direct_address direct_npi direct_specialty direct_wants_xdm", group=USER),
        Writable("direct_is_patient direct_birthdate direct_sex direct_record_number", group=USER),
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
    direct_delivered_at = fields.Datetime("Last Delivered On", readonly=True, copy=False)

    # Patient data: only for those who use Direct messaging
    direct_is_patient = fields.Boolean("Patient", groups=USER)
    direct_birthdate = fields.Date("Date of Birth", groups=USER)
    direct_sex = fields.Selection(
        [("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
        string="Sex",
        groups=USER,
    )
    direct_record_number = fields.Char("Medical Record Number", groups=USER)

    direct_received_count = fields.Integer(
        "Direct Messages", compute="_compute_direct_received_count", groups=USER
    )

    def _compute_direct_received_count(self):
        counts = dict(
            self.env["direct.message"]._read_group(
                [("patient_id", "in", self.ids), ("direction", "=", "in")],
                ["patient_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.direct_received_count = counts.get(partner._origin, 0)

    def _direct_person(self):
        """Describe the patient for `tools.matching`; an empty recordset is nobody."""
        return Person(
            full=self.name or "",
            birth_date=self.direct_birthdate or None,
            sex=self.direct_sex or "",
            postal_code=self.zip or "",
            record_numbers=tuple(filter(None, [self.direct_record_number])),
        )

    @decides()
    def action_direct_messages(self):
        """Show the messages filed under this patient."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("direct_messaging.inbox_action")
        return {
            **action,
            "domain": [("direction", "=", "in"), ("patient_id", "=", self.id)],
            "context": {},
        }

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

    def _direct_subject_problem(self, subject) -> str | None:
        """Say why a message about this patient, or about none yet, cannot have `subject`."""
        if not (subject or "").strip():
            return self.env._("Enter a subject.")
        patient_sudo = self.sudo()
        if names_patient(subject, patient_sudo.name, patient_sudo.direct_record_number):
            return self.env._(
                "The subject contains the patient's name or record number, and subject lines may "
                "travel unencrypted. Move it to the message."
            )
        return None
