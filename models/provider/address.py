from odoo import api, fields, models

from ...exceptions import Problems
from ...hisp import reach
from ...hisp.errors import HispError
from ..core.groups import MANAGER
from ..core.guarded import Writable


class DirectProvider(models.Model):
    """Where a provider is, and what was entered for that address alone.

    Whoever could lead a provider's secrets to another server could speak for every practice that
    uses it. So secrets are forgotten when their address changes, whoever changes it.
    """

    _inherit = "direct.provider"

    _writable = (Writable("private_network", group="base.group_system"),)

    private_network = fields.Boolean(
        "In Our Own Network",
        tracking=True,
        help="Allows a server with a private address, such as 10.0.0.5 or this machine. Turn it on "
        "only if the provider's server really is in your own network.",
    )

    @api.model
    def _web_address(self) -> tuple[str, ...]:
        """Return the settings that say where the provider's API is."""
        return ("base_url", "tls_floor", "ca_certificate")

    @api.model
    def _secret_addresses(self):
        return {
            **super()._secret_addresses(),
            "api_key_sealed": self._web_address(),
            "callback_secret_sealed": self._web_address(),
            "callback_secret_next_sealed": self._web_address(),
            "callback_secret_former_sealed": self._web_address(),
        }

    @api.model_create_multi
    def create(self, vals_list):
        providers = super().create(vals_list)
        providers._check_addresses()
        providers._note_who_speaks()
        return providers

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"code", "private_network", *self._address_fields()}:
            self._check_addresses()
        if "state" in vals:
            self._note_who_speaks()
        return result

    @api.model
    def _address_fields(self) -> tuple[str, ...]:
        """Return the settings that hold an address."""
        return ("base_url",)

    def _check_addresses(self):
        """Refuse addresses that no provider, or not this one, may have."""
        problems = [
            (name, self._sentence(error))
            for provider in self.sudo()
            for name, error in provider._address_errors()
        ]
        if problems:
            raise Problems(problems)

    def _address_errors(self) -> list[tuple[str, HispError]]:
        """Return what is wrong with each address, as far as that shows without looking it up."""
        try:
            if self.base_url:
                reach.checked_base_url(self.base_url, self.private_network)
        except HispError as error:
            return [("base_url", error)]
        return []

    def _callback_problem(self) -> str:
        """Say why the provider cannot call back here; empty when it can."""
        base_url = self.get_base_url()
        try:
            reach.checked_base_url(base_url, self.private_network)
        except HispError:
            return self.env._(
                "Callbacks are off because this server's own address, %s, can't be reached from "
                "outside. Ask an Odoo administrator to correct the system parameter web.base.url.",
                base_url,
            )
        return ""

    # --- the address changed -----------------------------------------------------------------

    def _on_secrets_forgotten(self, changed, forgotten):
        self._check_entered_again(forgotten)
        # Updox signs nothing: who knows the address of callbacks is believed
        self.callback_token = self._fields["callback_token"].default(self)
        self._tell_administrators(
            self.env._("The address of %s was changed", self.name),
            self.env._(
                "%(user)s changed: %(settings)s. Secrets that were saved for the former address "
                "are no longer used.",
                user=self.env.user.name,
                settings=", ".join(self._labels(changed)),
            ),
        )
        return super()._on_secrets_forgotten(changed, forgotten)

    def _check_entered_again(self, forgotten):
        """Ask for the secrets that a provider in use needs, in the form and with the reason."""
        inputs = {sealed: name for name, sealed in self._secret_inputs().items()}
        wanted = [inputs[sealed] for sealed in forgotten if sealed in inputs]
        if wanted and self.state != "disabled":
            raise Problems(
                [
                    (
                        name,
                        self.env._(
                            "You changed where this provider is reached, and the saved %s is never "
                            "sent to another address. Enter it again.",
                            self._labels([name])[0],
                        ),
                    )
                    for name in wanted
                ]
            )

    def _tell_administrators(self, subject, body):
        """Put it on record, and tell everybody who administers a company that uses the provider."""
        companies = self._companies()
        managers = self.env.ref(MANAGER).sudo().all_user_ids.filtered("active")
        concerned = managers.filtered(
            lambda user: (
                user.has_group("base.group_system") or not companies or user.company_ids & companies
            )
        )
        if concerned:
            self.message_notify(partner_ids=concerned.partner_id.ids, subject=subject, body=body)
        self.message_post(body=body)
