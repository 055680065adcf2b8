from odoo import api, fields, models

from ...hisp.base import EventType
from ..core import relations


class DirectProvider(models.Model):
    """The practices and addresses that use a provider."""

    _inherit = "direct.provider"

    practice_ids = relations.One2many("direct.practice", "provider_id")
    is_wholly_ours = fields.Boolean(
        compute="_compute_is_wholly_ours",
        search="_search_is_wholly_ours",
        help="Whether the user's companies are all that it serves. What cannot be told to be for"
        " one of them is only for who administers all of them.",
    )

    @api.depends("company_id", "practice_ids.company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_is_wholly_ours(self):
        for provider in self:
            companies = provider.company_id | provider.sudo().practice_ids.company_id
            provider.is_wholly_ours = companies <= self.env.companies

    @api.model
    def _search_is_wholly_ours(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.sudo().with_context(active_test=False).search([("id", "!=", False)])
        return [("id", "in", found.filtered(lambda each: each.is_wholly_ours in value).ids)]

    def _companies(self):
        return super()._companies() | self.sudo().practice_ids.company_id

    def _on_secrets_forgotten(self, changed, forgotten):
        if set(changed) & set(self._login_address()):
            accounts = self.practice_ids.with_context(active_test=False).account_ids
            accounts.write({"mailbox_password_sealed": False})
        return super()._on_secrets_forgotten(changed, forgotten)

    def _on_connection_mended(self):
        self.practice_ids._on_connection_mended()
        return super()._on_connection_mended()

    def _on_report(self, report):
        if report.type == EventType.AUTHENTICATED:
            self._practice_of_domain(report.domain)._set_authenticated()
        return super()._on_report(report)

    def _mailbox_logins(self):
        # Those of archived accounts too: what still arrives there is for whoever stands in
        accounts = (
            self.env["direct.account"]
            .with_context(active_test=False)
            .search([("practice_id.provider_id", "in", self.ids)])
        )
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

    def _whose_address(self, whole):
        """Return the account and the practice that an address at this provider belongs to.

        An archived account still receives. An address that nobody has belongs to the practice that
        has its domain, else to the only practice here. When several share the provider it belongs
        to none of them, and nobody of one practice reads what may be another's.

        :param whole: the address, normalized
        """
        accounts = self.env["direct.account"].sudo().with_context(active_test=False)
        account = accounts.search(
            [("address", "=", whole), ("practice_id.provider_id", "=", self.id)]
        )
        practice = account.practice_id or self._practice_of_domain(whole.partition("@")[2])
        only = self.practice_ids if len(self.practice_ids) == 1 else practice
        return account, practice or only
