from odoo import api, fields, models

from ...exceptions import Problems
from ..core.guarded import Writable, decides


class DirectReferralAnswer(models.TransientModel):
    """What has to be said with an answer: the appointment, the reason, or the outcome."""

    _name = "direct.referral.answer"
    _inherit = "direct.draft"
    _description = "Answer to a Referral"

    _writable = (Writable("appointment_at note"),)

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

    @api.model
    def _open(self, referral, answer, title):
        """Return the action that asks for what has to be said with `answer`."""
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self._resume({"referral_id": referral.id, "answer": answer}).id,
            "views": [(False, "form")],
            "target": "new",
        }

    @decides()
    def action_confirm(self):
        """Note the answer on the referral, with its rights and rules."""
        self.ensure_one()
        self._check_shown()
        if self.answer == "scheduled":
            if not self.appointment_at:
                raise Problems(
                    [
                        (
                            "appointment_at",
                            self.env._("Enter the date and time of the appointment."),
                        )
                    ]
                )
            self.referral_id._mark_scheduled(self.appointment_at)
        elif self.answer == "declined":
            if not (self.note or "").strip():
                raise Problems(
                    [("note", self.env._("Enter the reason why the other practice declined."))]
                )
            self.referral_id._mark_declined(self.note.strip())
        else:
            self.referral_id._close_loop((self.note or "").strip())
        # It is on the referral now, under the referral's rules
        self.write({"note": False, "appointment_at": False})
        return {"type": "ir.actions.act_window_close"}
