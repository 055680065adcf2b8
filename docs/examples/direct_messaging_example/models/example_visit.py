from odoo import fields, models


class ExampleVisit(models.Model):
    """A note model of an EHR that knew nothing of Direct messaging before."""

    _name = "example.visit"
    _inherit = ["direct.referral.mixin"]
    _description = "Visit"

    name = fields.Char(required=True, default="Visit")
    client_id = fields.Many2one("res.partner", required=True)
    findings = fields.Text()
    is_closed = fields.Boolean()

    def _direct_patient(self):
        return self.client_id

    def _direct_is_signed(self):
        return self.is_closed

    def _direct_reason(self):
        return self.findings or ""

    def _direct_documents(self):
        return [("Visit.txt", "text/plain", (self.findings or "").encode())]

    def _direct_channels(self):
        courier = {"key": "example_courier", "label": self.env._("Courier"), "icon": "fa-bicycle"}
        return [*super()._direct_channels(), courier]

    def _send_referral_by_example_courier(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("The courier is on the way.")},
        }
