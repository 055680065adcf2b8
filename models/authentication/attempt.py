from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class DirectEnrollmentAttempt(models.Model):
    """One press of *Verify Identity*: when, with which kinds of evidence, and how it ended.

    Append-only, but for the outcome, which is noted once the provider's answer is there.
    """

    _name = "direct.enrollment.attempt"
    _inherit = "direct.guarded"
    _description = "Identity Verification Attempt"
    _order = "id desc"

    _drafts = ()
    _final = _lt("The record of an attempt can't be changed or deleted.")
    _server_changes = "outcome"

    enrollment_id = fields.Many2one(
        "direct.enrollment", required=True, readonly=True, ondelete="restrict", index=True
    )
    key = fields.Char(required=True, readonly=True)
    government_kind = fields.Char("Government ID", required=True, readonly=True)
    financial_kind = fields.Char("Financial / Utility ID", required=True, readonly=True)
    outcome = fields.Selection(
        [
            ("unknown", "No answer yet"),
            ("verified", "Verified"),
            ("failed", "Validation failed"),
            ("locked", "Locked"),
            ("review", "Manual Review"),
        ],
        required=True,
        readonly=True,
        default="unknown",
    )

    _key_unique = models.Constraint(
        "UNIQUE (enrollment_id, key)", "This attempt was already recorded."
    )

    def write(self, vals):
        if self.filtered(lambda attempt: attempt.outcome != "unknown"):
            raise UserError(self.env._(self._final))
        return super().write(vals)
