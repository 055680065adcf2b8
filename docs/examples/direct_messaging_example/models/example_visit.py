from odoo import fields, models

from odoo.addons.direct_messaging.tools import ccda

SOCIAL_HISTORY = ccda.SectionKind(
    "social", "Social History", ccda.Code("29762-2", ccda.LOINC, "Social history")
)


class ExampleVisit(models.Model):
    """A note model of an EHR that knew nothing of Direct messaging before."""

    _name = "example.visit"
    _inherit = ["direct.referral.mixin"]
    _description = "Visit"

    name = fields.Char(required=True, default="Visit")
    client_id = fields.Many2one("res.partner", required=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    findings = fields.Text()
    living = fields.Char("Living Situation")
    is_closed = fields.Boolean()

    def _direct_patient(self):
        return self.client_id

    def _direct_is_signed(self):
        return self.is_closed

    def _direct_reason(self):
        return self.findings or ""

    def _direct_documents(self):
        return [("Visit.txt", "text/plain", (self.findings or "").encode())]

    def _direct_assessment(self):
        return self.findings or ""

    def _direct_ccda_sections(self):
        social_history = ccda.Section(SOCIAL_HISTORY, self.living or "")
        return [*super()._direct_ccda_sections(), social_history]

    def _direct_channels(self):
        courier = {"key": "example_courier", "label": self.env._("Courier"), "icon": "fa-bicycle"}
        return [*super()._direct_channels(), courier]

    def _send_referral_by_example_courier(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("The courier is on the way.")},
        }
