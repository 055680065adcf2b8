from odoo import api, fields, models

from ...hisp.base import HispConfig
from ...hisp.updox import UpdoxConfig, UpdoxHisp
from ..core.guarded import Writable


class DirectProvider(models.Model):
    """Updox, by its partner API."""

    _inherit = "direct.provider"

    _writable = (Writable("updox_application_id updox_password"),)

    code = fields.Selection(
        selection_add=[("updox", "Updox (partner API)")],
        ondelete={
            "updox": lambda providers: providers.write({"code": "sandbox", "state": "disabled"})
        },
    )
    updox_application_id = fields.Char(
        "Application ID", tracking=True, help="Updox gives this ID and its password to partners."
    )
    updox_password_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    updox_password = fields.Char(
        "Application Password", store=False, compute="_compute_secret_inputs", readonly=False
    )
    updox_password_is_set = fields.Boolean(
        compute="_compute_updox_password_is_set", compute_sudo=True
    )

    @api.depends("updox_password_sealed")
    def _compute_updox_password_is_set(self):
        for provider in self:
            provider.updox_password_is_set = bool(provider.updox_password_sealed)

    @api.model
    def _secret_inputs(self):
        return {**super()._secret_inputs(), "updox_password": "updox_password_sealed"}

    @api.model
    def _secret_addresses(self):
        return {**super()._secret_addresses(), "updox_password_sealed": self._web_address()}

    @api.model
    def _connection_settings(self):
        return [*super()._connection_settings(), "updox_application_id"]

    def _missing_settings(self):
        if self.code != "updox":
            return super()._missing_settings()
        needed = {
            "base_url": self.base_url,
            "updox_application_id": self.updox_application_id,
            "updox_password": self.updox_password_sealed,
        }
        return self._labels(name for name, value in needed.items() if not value)

    def _adapter(self):
        return UpdoxHisp if self.code == "updox" else super()._adapter()

    def _hisp_config(self) -> HispConfig:
        config = super()._hisp_config()
        if self.code != "updox":
            return config
        provider_sudo = self.sudo()
        return UpdoxConfig(
            **vars(config),
            application_id=provider_sudo.updox_application_id or "",
            application_password=self._unseal(provider_sudo.updox_password_sealed),
            max_message_bytes=provider_sudo.max_message_bytes,
        )
