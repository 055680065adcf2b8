from odoo import fields, models

from ...hisp.base import EventType


class DirectProvider(models.Model):
    """The practices and addresses that use a provider."""

    _inherit = "direct.provider"

    practice_ids = fields.One2many("direct.practice", "provider_id")

    def _on_connection_mended(self):
        self.practice_ids._on_connection_mended()
        return super()._on_connection_mended()

    def _on_report(self, report):
        if report.type == EventType.AUTHENTICATED:
            self._practice_of_domain(report.domain)._set_authenticated()
        return super()._on_report(report)

    def _mailbox_logins(self):
        accounts = self.env["direct.account"].search([("practice_id.provider_id", "in", self.ids)])
        return [
            *super()._mailbox_logins(),
            *(
                (account.address, account.mailbox_login, account.mailbox_password_sealed)
                for account in accounts
            ),
        ]

    def _practice_of_domain(self, domain):
        """Return the practice that has `domain` at this provider, or none."""
        return self.practice_ids.filtered(lambda p: bool(domain) and p.domain == domain)

    def _practice_of_address(self, whole):
        """Return the practice that an address belongs to, or else the first one here."""
        return self._practice_of_domain(whole.partition("@")[2]) or self.practice_ids[:1]
