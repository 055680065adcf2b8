from dataclasses import fields as dataclass_fields

from odoo import api, fields, models

from ...hisp import reach
from ...hisp.base import HispConfig
from ...hisp.edge import EdgeConfig, EdgeHisp
from ...hisp.errors import HispError
from ...hisp.submission import Mailbox, MailServer
from ..core.guarded import Writable

SIDES = ("smtp", "imap")
SECURITY = [
    ("tls", "TLS"),
    ("starttls", "STARTTLS"),
]


class DirectProvider(models.Model):
    """A provider that is reached by e-mail, as every certified HISP can be (edge protocol)."""

    _inherit = "direct.provider"

    _writable = (
        Writable("edge_smtp_host edge_smtp_port edge_smtp_security"),
        Writable("edge_imap_host edge_imap_port edge_imap_security"),
        Writable("edge_login edge_password edge_client_certificate edge_client_key"),
        Writable("edge_final_delivery edge_delete_after_storing edge_since"),
    )

    code = fields.Selection(
        selection_add=[("edge", "HISP by Email (SMTP and IMAP)")],
        ondelete={
            "edge": lambda providers: providers.write({"code": "sandbox", "state": "disabled"})
        },
    )
    edge_smtp_host = fields.Char(
        "Sending: Server",
        tracking=True,
        help="The provider's SMTP server. Use the name on its certificate. Example: "
        "smtp.hisp.example.org.",
    )
    edge_smtp_port = fields.Integer("Sending: Port", default=587, tracking=True)
    edge_smtp_security = fields.Selection(
        SECURITY,
        "Sending: Encryption",
        required=True,
        default="starttls",
        tracking=True,
        help="Use port 587 for STARTTLS or port 465 for TLS. Nothing is ever sent over an "
        "unencrypted connection.",
    )
    edge_imap_host = fields.Char(
        "Receiving: Server",
        tracking=True,
        help="The provider's IMAP server, where delivery notices and answers arrive. Example: "
        "imap.hisp.example.org.",
    )
    edge_imap_port = fields.Integer("Receiving: Port", default=993, tracking=True)
    edge_imap_security = fields.Selection(
        SECURITY,
        "Receiving: Encryption",
        required=True,
        default="tls",
        tracking=True,
        help="Use port 993 for TLS or port 143 for STARTTLS.",
    )
    edge_login = fields.Char(
        "Shared Login",
        tracking=True,
        help="Only if all Direct addresses share one mailbox. Otherwise leave this empty, and "
        "each user enters a login in Direct Message Setup.",
    )
    edge_password_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    edge_password = fields.Char(
        "Shared Password", store=False, compute="_compute_secret_inputs", readonly=False
    )
    edge_password_is_set = fields.Boolean(compute="_compute_edge_is_set", compute_sudo=True)
    edge_client_certificate = fields.Text(
        "Client Certificate",
        help="Only if the provider requires a client certificate. Paste it as PEM text.",
    )
    edge_client_key_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    edge_client_key = fields.Text(
        "Client Key",
        store=False,
        compute="_compute_secret_inputs",
        readonly=False,
        help="The private key of the client certificate, as PEM text.",
    )
    edge_client_key_is_set = fields.Boolean(compute="_compute_edge_is_set", compute_sudo=True)
    edge_final_delivery = fields.Boolean(
        "Ask for Final Delivery",
        default=True,
        tracking=True,
        help="Asks the recipient's provider to confirm final delivery. Without this confirmation, "
        "messages stay unconfirmed. Turn it off only if your provider rejects these "
        "requests.",
    )
    edge_delete_after_storing = fields.Boolean(
        "Delete After Storing",
        tracking=True,
        help="Deletes messages and delivery notices from the provider's mailbox once they are "
        "stored here. If off, they are marked as read and kept there.",
    )

    edge_since = fields.Date(
        "Receive Since",
        required=True,
        default=fields.Date.today,
        tracking=True,
        help="Messages that were in a mailbox before this day are left there. An earlier day brings"
        " older ones in as well.",
    )

    @api.model
    def _secret_inputs(self):
        return {
            **super()._secret_inputs(),
            "edge_password": "edge_password_sealed",
            "edge_client_key": "edge_client_key_sealed",
        }

    @api.model
    def _mail_address(self) -> tuple[str, ...]:
        """Return the settings that say where the provider's mail servers are."""
        sides = [f"edge_{side}_{part}" for side in SIDES for part in ("host", "port", "security")]
        return (*sides, "tls_floor", "ca_certificate")

    @api.model
    def _secret_addresses(self):
        secrets = ("edge_password_sealed", "edge_client_key_sealed")
        return {**super()._secret_addresses(), **dict.fromkeys(secrets, self._mail_address())}

    @api.model
    def _address_fields(self):
        return (*super()._address_fields(), *(f"edge_{side}_host" for side in SIDES))

    def _address_errors(self):
        if self.code != "edge":
            return super()._address_errors()
        found = []
        for name in (f"edge_{side}_host" for side in SIDES):
            try:
                if self[name]:
                    reach.check_host(self[name].strip(), self.private_network)
            except HispError as error:
                found.append((name, error))
        return found

    @api.model
    def _connection_settings(self):
        return [
            *super()._connection_settings(),
            "edge_smtp_host",
            "edge_smtp_port",
            "edge_smtp_security",
            "edge_imap_host",
            "edge_imap_port",
            "edge_imap_security",
            "edge_login",
            "edge_client_certificate",
        ]

    @api.depends("edge_password_sealed", "edge_client_key_sealed")
    def _compute_edge_is_set(self):
        for provider in self:
            provider.edge_password_is_set = bool(provider.edge_password_sealed)
            provider.edge_client_key_is_set = bool(provider.edge_client_key_sealed)

    def _missing_settings(self):
        if self.code != "edge":
            return super()._missing_settings()
        needed = {
            "edge_smtp_host": self.edge_smtp_host,
            "edge_smtp_port": self.edge_smtp_port,
            "edge_imap_host": self.edge_imap_host,
            "edge_imap_port": self.edge_imap_port,
            "edge_password": self.edge_password_sealed or not self.edge_login,
            "edge_client_key": self.edge_client_key_sealed or not self.edge_client_certificate,
        }
        return self._labels(name for name, value in needed.items() if not value)

    def _shares_mailbox(self):
        return bool(self.edge_login) if self.code == "edge" else super()._shares_mailbox()

    def _adapter(self):
        return EdgeHisp if self.code == "edge" else super()._adapter()

    def _hisp_config(self):
        config = super()._hisp_config()
        if self.code != "edge":
            return config
        provider_sudo = self.sudo()
        return EdgeConfig(
            **{each.name: getattr(config, each.name) for each in dataclass_fields(HispConfig)},
            smtp=MailServer(
                (provider_sudo.edge_smtp_host or "").strip(),
                provider_sudo.edge_smtp_port,
                provider_sudo.edge_smtp_security,
            ),
            imap=MailServer(
                (provider_sudo.edge_imap_host or "").strip(),
                provider_sudo.edge_imap_port,
                provider_sudo.edge_imap_security,
            ),
            mailboxes=provider_sudo._edge_mailboxes(),
            shared_login=provider_sudo.edge_login or "",
            final_delivery=provider_sudo.edge_final_delivery,
            delete_after_storing=provider_sudo.edge_delete_after_storing,
            since=provider_sudo.edge_since,
            client_certificate=provider_sudo.edge_client_certificate or "",
            client_key=self._unseal(provider_sudo.edge_client_key_sealed),
        )

    def _edge_mailboxes(self) -> tuple[Mailbox, ...]:
        """The logins of the provider's addresses; those with the same login share a mailbox."""
        logins = {}
        if self.edge_login:
            logins[self.edge_login] = (self.edge_password_sealed, [])
        for address, own_login, sealed in self._mailbox_logins():
            if login := own_login or self.edge_login:
                _password, addresses = logins.setdefault(login, (sealed, []))
                addresses.append(address)
        return tuple(
            Mailbox(login, self._unseal(sealed), tuple(addresses))
            for login, (sealed, addresses) in logins.items()
        )
