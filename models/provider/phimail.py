from dataclasses import fields as dataclass_fields

from odoo import api, fields, models

from ...hisp import phimail
from ...hisp.base import HispConfig
from ..core.guarded import Writable


class DirectProvider(models.Model):
    """EMR Direct's phiMail, by its line protocol."""

    _inherit = "direct.provider"

    _writable = (Writable("phimail_host phimail_port"),)

    code = fields.Selection(
        selection_add=[("phimail", "phiMail (EMR Direct)")],
        ondelete={
            "phimail": lambda providers: providers.write({"code": "sandbox", "state": "disabled"})
        },
    )
    phimail_host = fields.Char(
        "Server",
        tracking=True,
        help="The phiMail server. Use the name on its certificate. Example: "
        "sandbox.phimail-dev.com.",
    )
    phimail_port = fields.Integer("Port", default=phimail.PORT, tracking=True)

    @api.model
    def _codes_with_logins(self):
        return super()._codes_with_logins() | {"phimail"}

    @api.model
    def _login_address(self):
        return (*super()._login_address(), "phimail_host", "phimail_port")

    @api.model
    def _connection_settings(self):
        return [*super()._connection_settings(), "phimail_host", "phimail_port"]

    def _server_settings(self):
        if self.code != "phimail":
            return super()._server_settings()
        return {"phimail_host": self.phimail_host, "phimail_port": self.phimail_port}

    def _proof_sentence(self):
        if self.code != "phimail":
            return super()._proof_sentence()
        return self.env._(
            "When you press Continue, we log in to confirm that this address is yours."
        )

    def _adapter(self):
        return phimail.PhimailHisp if self.code == "phimail" else super()._adapter()

    def _hisp_config(self):
        config = super()._hisp_config()
        if self.code != "phimail":
            return config
        provider_sudo = self.sudo()
        return phimail.PhimailConfig(
            **{each.name: getattr(config, each.name) for each in dataclass_fields(HispConfig)},
            **self._login_config(),
            host=(provider_sudo.phimail_host or "").strip(),
            port=provider_sudo.phimail_port,
            max_message_bytes=provider_sudo.max_message_bytes,
        )
