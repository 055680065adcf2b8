from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.guarded import decides

PROPOSALS_SHOWN = 5


class DirectMessage(models.Model):
    """Filing a message that arrived under its patient."""

    _inherit = "direct.message"

    filed_under = fields.Char(compute="_compute_filed_under")

    @api.depends("patient_id.name")
    def _compute_filed_under(self):
        for message in self:
            message.filed_under = message.patient_id.name or self.env._("Not matched")

    @decides()
    def action_file(self, patient_id):
        """File the message under a patient; noted on its timeline."""
        self.ensure_one()
        self._check_incoming()
        patient = self.env["res.partner"].browse(patient_id).exists()
        patient.check_access("read")
        if not patient.direct_is_patient:
            raise UserError(self.env._("Choose a patient."))
        if patient.company_id and patient.company_id != self.company_id:
            raise UserError(self.env._("This patient belongs to another practice."))
        if self.patient_id == patient:
            return
        self.sudo().patient_id = patient
        self._put_on_timeline("filed", self._who_filed(patient))

    @decides()
    def action_unfile(self):
        """Take the message away from its patient; noted on its timeline."""
        self.ensure_one()
        self._check_incoming()
        if patient := self.patient_id:
            self.sudo().patient_id = False
            self._put_on_timeline("unfiled", self._who_filed(patient))

    def _who_filed(self, patient):
        # By number: the timeline is shown where another patient's name must not be
        return self.env._(
            "Patient no. %(number)s, by %(user)s", number=patient.id, user=self.env.user.name
        )

    def _proposals(self) -> list[dict]:
        """Return patients the message may be about, best first, each with its reasons."""
        claim, agrees = self._claim()
        partners = self.env["res.partner"]
        found = partners._direct_matches(claim, self.company_id) if claim else []
        # Two that match alike: neither is the obvious one
        strong = [match for match, _patient in found if match.level == "strong"]
        is_clear = agrees and len(strong) == 1
        return [
            {
                "patient_id": patient.id,
                "name": patient.name,
                "birthdate": fields.Date.to_string(patient.direct_birthdate) or "",
                "record_number": patient.direct_record_number or "",
                "level": "possible" if match.level == "strong" and not is_clear else match.level,
                "reasons": partners._direct_reasons(match),
                "comparison": partners._direct_comparison(claim, patient, match),
            }
            for match, patient in found[:PROPOSALS_SHOWN]
        ]
