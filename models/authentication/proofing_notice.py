from contextlib import suppress

from markupsafe import Markup
from odoo import api, models
from odoo.tools.misc import format_datetime, hash_sign, verify_hash_signed

from ..core.groups import MANAGER
from ..core.server import as_server

NOT_ME = "/direct_messaging/not_me/"
SCOPE = "direct_messaging.not_me"
VALID_HOURS = 30 * 24


class DirectPractice(models.Model):
    """Notice of proofing: whoever was authenticated learns of it, and can repudiate it.

    NIST SP 800-63A-4, section 3.10: to an address that was validated before, with what to do if it
    wasn't the person. Other administrators are told as well.
    """

    _inherit = "direct.practice"

    def _set_authenticated(self, user=None):
        result = super()._set_authenticated(user)
        if user and not self.frozen_at:
            self._send_proofing_notice(user)
        return result

    def _send_proofing_notice(self, user):
        """Tell `user`, who was proofed, and the practice's other administrators."""
        others = self.env["direct.account"]._members(MANAGER, self.company_id) - user
        subject = self.env._("%s has been authenticated for Direct messaging", self.company_id.name)
        if others:
            self.message_notify(
                partner_ids=others.partner_id.ids,
                subject=subject,
                body=self.env._(
                    "%s proved to represent the practice. If that can't be right, open the "
                    "practice and press Stop Sending.",
                    user.name,
                ),
            )
        when = format_datetime(self.env, self.authenticated_at, tz=user.tz, lang_code=user.lang)
        # As HTML of our own: the link is for this person alone, and stands in no chatter
        as_server(self.env["mail.mail"]).create(
            {
                "subject": subject,
                "recipient_ids": [(6, 0, user.partner_id.ids)],
                "auto_delete": True,
                "body_html": Markup('<p>%s</p><p>%s <a href="%s">%s</a></p>')
                % (
                    self.env._(
                        "On %(when)s your identity was used to authenticate %(practice)s.",
                        when=when,
                        practice=self.company_id.name,
                    ),
                    self.env._("If this wasn't you, stop all sending now:"),
                    self._not_me_url(),
                    self.env._("This Was Not Me"),
                ),
            }
        ).send_after_commit()

    def _not_me_url(self) -> str:
        about = (self.id, str(self.authenticated_at))
        token = hash_sign(self.env, SCOPE, about, expiration_hours=VALID_HOURS)
        return f"{self.get_base_url()}{NOT_ME}{token}"

    @api.model
    def _of_not_me(self, token):
        """Return the practice that a link is about, in superuser mode, or none.

        A link is about one authentication: it stops nothing that came after it. While all is
        stopped, it says so.
        """
        about = None
        with suppress(ValueError):  # what is no Base64 at all
            about = verify_hash_signed(self.sudo().env, SCOPE, token)
        practice_sudo = self.sudo().browse(about[0]).exists() if about else self.sudo().browse()
        is_about_now = str(practice_sudo.authenticated_at) == (about and about[1])
        if not (is_about_now or practice_sudo.frozen_at):
            return practice_sudo.browse()
        return practice_sudo

    def _repudiate(self):
        """*This Was Not Me*: stop sending, and have the audit trail say so."""
        self._freeze(self.env._("The person who was authenticated says that it wasn't them."))
        self.env["direct.audit"]._record("repudiate", self)
