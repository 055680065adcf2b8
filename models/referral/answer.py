from odoo import fields, models
from odoo.exceptions import UserError


class DirectReferralAnswer(models.TransientModel):
    """What has to be said with an answer: the appointment, the reason, or the outcome."""

    _name = "direct.referral.answer"
    _description = "Answer to a Referral"

    referral_id = fields.Many2one(
        "direct.referral", required=True, readonly=True, ondelete="cascade"
    )
    answer = fields.Selection(
        [("scheduled", "Scheduled"), ("declined", "Declined"), ("closed", "Closed")],
        required=True,
        readonly=True,
    )
    appointment_at = fields.Datetime("Appointment")
    note = fields.Text()

    def action_confirm(self):
        """Note the answer on the referral, with its rights and rules."""
        self.ensure_one()
        if self.answer == "scheduled":
            if not self.appointment_at:
                raise UserError(self.env._("Enter the date and time of the appointment."))
            self.referral_id._mark_scheduled(self.appointment_at)
        elif self.answer == "declined":
            if not (self.note or "").strip():
                raise UserError(self.env._("Enter why the other practice declined."))
            self.referral_id._mark_declined(self.note.strip())
        else:
            self.referral_id._close_loop((self.note or "").strip())
        self.note = False  # it is on the referral now, under the referral's rules
        return {"type": "ir.actions.act_window_close"}
