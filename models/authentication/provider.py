from odoo import fields, models

from ...hisp.base import EventType
from ..core.guarded import Writable


class DirectProvider(models.Model):
    """What a provider says of authentications, and is asked about them."""

    _inherit = "direct.provider"

    _writable = (Writable("proofing"),)

    proofing = fields.Selection(
        [("form", "In our enrollment form"), ("hosted", "On the provider's own page")],
        string="Identity Proofing",
        required=True,
        default="form",
        help="Where the legal representative proves their identity, if the provider offers both.",
    )

    def _on_report(self, report):
        if report.type == EventType.ENROLLMENT:
            self.env["direct.enrollment"]._handle_report(self, report.enrollment_id)
        return super()._on_report(report)

    def _poll_steps(self):
        return [
            *super()._poll_steps(),
            self.env["direct.enrollment"]._poll,
            self.env["direct.practice"]._poll_authentication,
        ]
