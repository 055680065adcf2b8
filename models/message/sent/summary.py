from odoo import api, fields, models
from odoo.fields import Domain

from ...core.batch import each_alone
from ...core.groups import USER
from ...core.guarded import Writable
from ...core.server import as_server


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "direct.guarded"]

    _guarded_prefix = "direct_"
    _writable = (Writable("direct_daily_summary"),)

    direct_daily_summary = fields.Boolean(
        "Daily Summary of Direct Messages",
        help="A daily email with the number of messages that failed, may not have arrived, "
        "or are on their way. It doesn't name patients or recipients.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "direct_daily_summary"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "direct_daily_summary"]


class DirectMessage(models.Model):
    """The daily e-mail to those who asked for it: how much waits for them, and no names."""

    _inherit = "direct.message"

    @api.model
    def _send_daily_summaries(self):
        """Cron: tell those who asked for it how much waits for them. Counts alone, no names."""
        asking = self.env["res.users"].search([("direct_daily_summary", "=", True)])
        each_alone(
            self.env, asking.filtered(lambda user: user.has_group(USER)), self._send_daily_summary
        )

    @api.model
    def _send_daily_summary(self, user):
        counts = (
            self.with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            ._counts_of_summary()
        )
        if any(counts.values()):
            self._mail_summary(user, counts)

    @api.model
    def _counts_of_summary(self):
        """How many messages that the user may read have failed, are unclear, or are on the way."""
        states = {
            "failed": Domain("needs_attention", "=", True) & Domain("state", "=", "failed"),
            "unclear": Domain("needs_attention", "=", True) & Domain("state", "!=", "failed"),
            "waiting": Domain("state", "in", ("held", "queued", "sending", "accepted")),
        }
        return {name: self.search_count(domain) for name, domain in states.items()}

    @api.model
    def _mail_summary(self, user, counts):
        body = self.env["ir.qweb"]._render(
            "direct_messaging.daily_summary",
            {"counts": counts, "url": f"{self.get_base_url()}/odoo/direct-attention"},
            lang=user.lang,
        )
        as_server(self.env["mail.mail"]).create(
            {
                "subject": self.with_context(lang=user.lang).env._("Your Direct messages today"),
                "body_html": body,
                "email_from": user.company_id.email_formatted or user.email_formatted,
                "recipient_ids": [fields.Command.link(user.partner_id.id)],
                "auto_delete": True,
            }
        )
