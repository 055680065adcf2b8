from odoo import fields, models

from ...core.guarded import Writable, decides


class DirectResend(models.TransientModel):
    """*Send Again*: the same message once more, to a corrected address if need be."""

    _name = "direct.resend"
    _inherit = "direct.draft"
    _description = "Send Again"

    _writable = (Writable("to_address"),)

    user_id = fields.Many2one("res.users", required=True, readonly=True)
    message_id = fields.Many2one("direct.message", required=True, readonly=True)
    recipient_name = fields.Char(related="message_id.recipient_name")
    problem = fields.Char(related="message_id.problem")
    to_address = fields.Char("Direct Address")
    may_arrive_twice = fields.Boolean(readonly=True)

    def _open(self, message):
        """Return the action that opens the window for `message`."""
        resend = self._resume(
            {"user_id": self.env.uid, "message_id": message.id}, to_address=message.to_address
        )
        resend.may_arrive_twice = message._may_arrive_twice()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Again"),
            "res_model": self._name,
            "res_id": resend.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @decides()
    def action_send(self):
        """Send it, after the address was checked once more."""
        self.ensure_one()
        self._check_shown()
        self.message_id._check_outgoing()
        again = self.message_id.sudo()._send_again(self.to_address)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s is being sent.", again.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
