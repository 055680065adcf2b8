from odoo import api, fields, models

from ...hisp import reach
from ...hisp.errors import HispError
from ...hisp.submission import Mailbox
from ..core.guarded import Writable


class DirectProvider(models.Model):
    """Providers where addresses exist already, each with a login of its own or a shared one.

    A kind of provider is one of them when `_codes_with_logins` names it.
    """

    _inherit = "direct.provider"

    _writable = (
        Writable("shared_login shared_password client_certificate client_key final_delivery"),
    )

    has_logins = fields.Boolean(compute="_compute_has_logins")
    shared_login = fields.Char(
        tracking=True,
        help="Only if all Direct addresses share one login. Otherwise leave this empty, and "
        "each user enters a login in Direct Message Setup.",
    )
    shared_password_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    shared_password = fields.Char(store=False, compute="_compute_secret_inputs", readonly=False)
    shared_password_is_set = fields.Boolean(compute="_compute_login_is_set", compute_sudo=True)
    client_certificate = fields.Text(
        help="Only if the provider requires a client certificate. Paste it as PEM text.",
    )
    client_key_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    client_key = fields.Text(
        store=False,
        compute="_compute_secret_inputs",
        readonly=False,
        help="The private key of the client certificate, as PEM text.",
    )
    client_key_is_set = fields.Boolean(compute="_compute_login_is_set", compute_sudo=True)
    final_delivery = fields.Boolean(
        "Ask for Final Delivery",
        default=True,
        tracking=True,
        help="Asks the recipient's provider to confirm final delivery. Without this confirmation, "
        "messages stay unconfirmed. Turn it off only if your provider rejects these "
        "requests.",
    )

    @api.model
    def _codes_with_logins(self) -> set[str]:
        """Return the kinds of provider whose addresses have logins. Extend it for a kind."""
        return set()

    @api.depends("code")
    def _compute_has_logins(self):
        for provider in self:
            provider.has_logins = provider.code in self._codes_with_logins()

    @api.model
    def _secret_inputs(self):
        return {
            **super()._secret_inputs(),
            "shared_password": "shared_password_sealed",
            "client_key": "client_key_sealed",
        }

    @api.model
    def _login_address(self) -> tuple[str, ...]:
        """Return the settings that say where logins are sent. Extend it for a kind."""
        return ("tls_floor", "ca_certificate")

    @api.model
    def _secret_addresses(self):
        secrets = ("shared_password_sealed", "client_key_sealed")
        return {**super()._secret_addresses(), **dict.fromkeys(secrets, self._login_address())}

    @api.model
    def _address_fields(self):
        hosts = (name for name in self._login_address() if name.endswith("_host"))
        return (*super()._address_fields(), *hosts)

    def _address_errors(self):
        if not self.has_logins:
            return super()._address_errors()
        found = []
        for name, value in self._server_settings().items():
            try:
                if name.endswith("_host") and value:
                    reach.check_host(value.strip(), self.private_network)
            except HispError as error:
                found.append((name, error))
        return found

    @api.model
    def _connection_settings(self):
        return [*super()._connection_settings(), "shared_login", "client_certificate"]

    @api.depends("shared_password_sealed", "client_key_sealed")
    def _compute_login_is_set(self):
        for provider in self:
            provider.shared_password_is_set = bool(provider.shared_password_sealed)
            provider.client_key_is_set = bool(provider.client_key_sealed)

    def _missing_settings(self):
        if not self.has_logins:
            return super()._missing_settings()
        needed = {
            **self._server_settings(),
            "shared_password": self.shared_password_sealed or not self.shared_login,
            "client_key": self.client_key_sealed or not self.client_certificate,
        }
        return self._labels(name for name, value in needed.items() if not value)

    def _server_settings(self) -> dict:
        """Return the settings that say where the provider's servers are. Extend it for a kind."""
        return {}

    def _shares_mailbox(self):
        return bool(self.shared_login) if self.has_logins else super()._shares_mailbox()

    def _proof_sentence(self) -> str:
        """Say in *Direct Message Setup* how an address is confirmed. Extend it for a kind."""
        return ""

    def _login_config(self) -> dict:
        """Return what the configurations of these kinds have in common, secrets in the clear."""
        provider_sudo = self.sudo()
        return {
            "mailboxes": provider_sudo._mailboxes(),
            "shared_login": provider_sudo.shared_login or "",
            "final_delivery": provider_sudo.final_delivery,
            "client_certificate": provider_sudo.client_certificate or "",
            "client_key": self._unseal(provider_sudo.client_key_sealed),
        }

    def _mailboxes(self) -> tuple[Mailbox, ...]:
        """The logins of the provider's addresses; those with the same login share a mailbox."""
        logins = {}
        if self.shared_login:
            logins[self.shared_login] = (self.shared_password_sealed, [])
        for address, own_login, sealed in self._mailbox_logins():
            if login := own_login or self.shared_login:
                _password, addresses = logins.setdefault(login, (sealed, []))
                addresses.append(address)
        return tuple(
            Mailbox(login, self._unseal(sealed), tuple(addresses))
            for login, (sealed, addresses) in logins.items()
        )
