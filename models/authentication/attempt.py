from odoo import api, fields, models
from odoo.exceptions import UserError


class DirectEnrollmentAttempt(models.Model):
    """One press of *Verify Identity*: when, with which kinds of evidence, and how it ended.

    Append-only, but for the outcome, which is noted once the provider's answer is there.
    """

    _name = "direct.enrollment.attempt"
    _description = "Identity Verification Attempt"
    _order = "id desc"

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
        if vals.keys() - {"outcome"} or self.filtered(lambda a: a.outcome != "unknown"):
            raise UserError(self.env._("The record of an attempt can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The record of an attempt can't be deleted."))
