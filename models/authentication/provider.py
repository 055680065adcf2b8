from odoo import fields, models
from odoo.exceptions import UserError

from ...hisp.base import EventType
from ..core.guarded import Writable


class DirectProvider(models.Model):
    """What a provider says of authentications, and is asked about them."""

    _inherit = "direct.provider"

    _writable = (Writable("proofing knowledge_questions"),)

    proofing = fields.Selection(
        [("form", "In our enrollment form"), ("hosted", "On the provider's own page")],
        string="Identity Proofing",
        required=True,
        default="form",
        help="Where the legal representative proves their identity, if the provider offers both.",
    )

    knowledge_questions = fields.Selection(
        [("allowed", "Allowed"), ("off", "Off")],
        required=True,
        default="allowed",
        help="Turn this off if your provider no longer accepts answers to questions as evidence. "
        "NIST SP 800-63A-4 (2025) doesn't.",
    )

    def _check_knowledge_questions(self):
        """Refuse knowledge questions where the provider no longer accepts them."""
        if self.knowledge_questions == "off":
            raise UserError(
                self.env._(
                    "%s no longer accepts knowledge questions. Use a telephone or credit card.",
                    self.name,
                )
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
