from markupsafe import Markup
from odoo import models

from .server import as_server


class DirectThread(models.AbstractModel):
    """Chatter for records about patients: e-mails say that there is something to read, not what.

    E-mail leaves the system unencrypted, so neither the text, nor the subject, nor attachments
    of a chatter message may be in it.
    """

    _name = "direct.thread"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Chatter Without Patient Data in Emails"

    def _notify_by_web_push_prepare_payload(self, message, msg_vals=False, force_record_name=False):
        # OVERRIDE mail: a push message shows on a locked screen
        payload = super()._notify_by_web_push_prepare_payload(message, msg_vals, force_record_name)
        payload["options"]["body"] = self.env._("You have a new notification.")
        return payload

    def _notify_thread_by_email(self, message, recipients_data, **kwargs):
        # OVERRIDE mail: nothing of the message goes out
        partner_ids = [data["id"] for data in recipients_data if data["notif"] == "email"]
        if not partner_ids or not self:
            return True
        self.ensure_one()
        subject = self.env._("There is an update on %s", self.display_name)
        link = Markup('<a href="%s">%s</a>') % (
            f"{self.get_base_url()}/mail/view?model={self._name}&res_id={self.id}",
            self.env._("Open it"),
        )
        mail = as_server(self.env["mail.mail"]).create(
            {
                "subject": subject,
                "body_html": Markup("<p>%s. %s</p>") % (subject, link),
                "recipient_ids": [(6, 0, [id_ for id_ in partner_ids if id_])],
                "auto_delete": True,
            }
        )
        mail.send_after_commit()
        return True
