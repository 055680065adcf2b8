from dataclasses import fields as dataclass_fields

from odoo import api, fields, models

from ...hisp.base import HispConfig
from ...hisp.edge import EdgeConfig, EdgeHisp
from ...hisp.submission import MailServer
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
        Writable("edge_delete_after_storing edge_since"),
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
    def _codes_with_logins(self):
        return super()._codes_with_logins() | {"edge"}

    @api.model
    def _login_address(self):
        sides = [f"edge_{side}_{part}" for side in SIDES for part in ("host", "port", "security")]
        return (*super()._login_address(), *sides)

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
        ]

    def _server_settings(self):
        if self.code != "edge":
            return super()._server_settings()
        names = ("edge_smtp_host", "edge_smtp_port", "edge_imap_host", "edge_imap_port")
        return {name: self[name] for name in names}

    def _proof_sentence(self):
        if self.code != "edge":
            return super()._proof_sentence()
        return self.env._(
            "When you press Continue, a test message is sent from this address to itself to confirm"
            " the mailbox. This can take up to 30 seconds."
        )

    def _adapter(self):
        return EdgeHisp if self.code == "edge" else super()._adapter()

    def _hisp_config(self):
        config = super()._hisp_config()
        if self.code != "edge":
            return config
        provider_sudo = self.sudo()
        return EdgeConfig(
            **{each.name: getattr(config, each.name) for each in dataclass_fields(HispConfig)},
            **self._login_config(),
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
            delete_after_storing=provider_sudo.edge_delete_after_storing,
            since=provider_sudo.edge_since,
        )
