import secrets
from contextlib import closing, contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import human_size

from ...hisp.base import (
    DEFAULT_MAX_MESSAGE_BYTES,
    Capability,
    Hisp,
    HispConfig,
    ProviderInfo,
)
from ...hisp.errors import CallbackRejected, HispError
from ...hisp.sandbox import SandboxHisp
from ..core import records
from ..core.guarded import Writable, decides
from ..core.sentences import translated

CALLBACK_PATH = "/direct_messaging/callback/"
FORMER_SECRET_IS_VALID = timedelta(days=1)


class DirectProvider(models.Model):
    """A connection to a Direct provider (HISP).

    Another kind of provider is added with `selection_add` on `code` and by overriding `_adapter`,
    and `_hisp_config`, `_missing_settings` and `_secret_inputs` where it needs other settings.
    """

    _name = "direct.provider"
    _inherit = ["direct.draft", "direct.secrets", "mail.thread"]
    _description = "Direct Provider"
    _order = "sequence, id"

    _writable = (
        Writable("name sequence active code state company_id"),
        Writable("base_url tls_floor ca_certificate api_key"),
        Writable("support_name support_phone support_url"),
        Writable("max_message_bytes confirmation_minutes package_as_xdm"),
    )

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    code = fields.Selection(
        [("sandbox", "Sandbox, not for patients")],
        string="Kind",
        required=True,
        default="sandbox",
    )
    state = fields.Selection(
        [("disabled", "Disabled"), ("test", "Test"), ("enabled", "Enabled")],
        required=True,
        default="disabled",
        tracking=True,
        help="Disabled: nothing is sent or received. Test: everything works, and every window "
        "shows that it is a test. Enabled: for real patients.",
    )
    company_id = fields.Many2one(
        "res.company", help="Leave empty to let any company use this provider."
    )
    base_url = fields.Char(
        "Address",
        tracking=True,
        help="The web address of the provider's API. Example: https://api.hisp.example.org.",
    )
    tls_floor = fields.Selection(
        [("1.2", "TLS 1.2"), ("1.3", "TLS 1.3")],
        string="Oldest TLS Version",
        required=True,
        default="1.2",
        tracking=True,
    )
    ca_certificate = fields.Text(
        "Certificate Authority",
        help="Only if the provider uses its own certificate authority. Paste its certificate as "
        "PEM text. No other authority is then trusted for this provider.",
    )

    # Secrets: sealed at rest, entered through fields that are never stored nor read back
    api_key_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    api_key = fields.Char("API Key", store=False, compute="_compute_secret_inputs", readonly=False)
    api_key_is_set = fields.Boolean(compute="_compute_api_key_is_set", compute_sudo=True)
    callback_secret_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    # While it is being replaced: the one that the provider may have by now, and the one before
    callback_secret_next_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    callback_secret_former_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    callback_secret_rotated_at = fields.Datetime(readonly=True, copy=False)
    has_callbacks = fields.Boolean(compute="_compute_has_callbacks")
    callback_token = fields.Char(
        groups=fields.NO_ACCESS, copy=False, default=lambda self: secrets.token_urlsafe(24)
    )

    support_name = fields.Char(help="Who users can contact if they need help with setup.")
    support_phone = fields.Char()
    support_url = fields.Char("Support Web Page")

    domain_suffix = fields.Char(
        readonly=True,
        help="The end of every domain this provider creates. The provider supplies "
        "it. Example: direct.example.org.",
    )
    max_message_bytes = fields.Integer(
        "Largest Message (bytes)", required=True, default=DEFAULT_MAX_MESSAGE_BYTES
    )
    confirmation_minutes = fields.Integer(
        "Confirmation Window (minutes)",
        required=True,
        default=60,
        help="Messages without a delivery confirmation after this time are shown as unconfirmed.",
    )
    package_as_xdm = fields.Boolean(
        "Package Documents as XDM",
        help="Send all documents of a message in one zip file with IHE XDM metadata. You can also "
        "set this for a single recipient.",
    )
    checked_at = fields.Datetime(
        "Connection Tested On", compute="_compute_check", store=True, copy=False
    )
    check_result = fields.Char("Connection", compute="_compute_check", store=True, copy=False)
    check_ok = fields.Boolean(compute="_compute_check", store=True, copy=False)

    _positive_limits = models.Constraint(
        "CHECK (max_message_bytes > 0 AND confirmation_minutes > 0)",
        "Enter a value greater than zero for the largest message and the confirmation window.",
    )
    _callback_token_unique = models.Constraint(
        "UNIQUE (callback_token)", "This callback address is already in use."
    )

    @api.model
    def _connection_settings(self) -> list[str]:
        """Return the fields that decide what *Test Connection* tests. Extend it for a kind."""
        secrets = self._secret_inputs()
        return ["code", "base_url", "tls_floor", "ca_certificate", *secrets, *secrets.values()]

    @api.depends(lambda self: self._connection_settings())
    def _compute_check(self):
        """Forget a result once something else is entered: it belongs to what was tested."""
        self.update({"check_ok": False, "check_result": False, "checked_at": False})

    @api.depends("code")
    def _compute_has_callbacks(self):
        for provider in self:
            provider.has_callbacks = bool(provider.code) and provider._can(Capability.CALLBACKS)

    @api.depends("api_key_sealed")
    def _compute_api_key_is_set(self):
        for provider in self:
            provider.api_key_is_set = bool(provider.api_key_sealed)

    @api.model
    def _secret_inputs(self):
        return {**super()._secret_inputs(), "api_key": "api_key_sealed"}

    @api.model_create_multi
    def create(self, vals_list):
        providers = super().create(vals_list)
        providers._check_connection_is_complete()
        return providers

    def write(self, vals):
        result = super().write(vals)
        self._check_connection_is_complete()
        return result

    def _check_connection_is_complete(self):
        for provider in self.sudo().filtered(lambda provider: provider.state != "disabled"):
            if missing := provider._missing_settings():
                raise UserError(
                    self.env._(
                        "Before you enable %(provider)s, enter: %(settings)s.",
                        provider=provider.name,
                        settings=", ".join(missing),
                    )
                )

    def _missing_settings(self) -> list[str]:
        """Return the labels of the settings that this kind of provider needs and has not."""
        needed = {"base_url": self.base_url, "api_key": self.api_key_sealed}
        return self._labels(name for name, value in needed.items() if not value)

    def _labels(self, names) -> list[str]:
        return [self._fields[name]._description_string(self.env) for name in names]

    # --- actions -----------------------------------------------------------------------------

    @decides()
    def action_test_connection(self):
        """Check address, TLS and key, take over the provider's limits, register callbacks."""
        self.ensure_one()
        self.check_access("write")
        self.env["direct.rate"]._count("connection")
        try:
            with closing(self._hisp()) as hisp:
                info = hisp.check()
                notice = info.notice
                if Capability.CALLBACKS in hisp.capabilities:
                    if problem := self._callback_problem():
                        notice = problem
                    else:
                        hisp.register_callback(self._callback_url(), self._callback_secret())
        except (HispError, UserError) as error:
            result = self._sentence(error) if isinstance(error, HispError) else str(error)
            self.sudo().write(
                {"check_ok": False, "check_result": result, "checked_at": fields.Datetime.now()}
            )
            return self._notify("danger", self.env._("Connection failed"), result)
        result = self.env._("Connected to %s.", info.name)
        self.sudo().write(
            {
                "check_ok": True,
                "check_result": f"{result} {notice}".strip(),
                "checked_at": fields.Datetime.now(),
                "domain_suffix": info.domain_suffix,
                **_told(info, "max_message_bytes", "confirmation_minutes"),
            }
        )
        self.sudo()._on_connection_mended()
        return self._notify("success", result.rstrip("."), notice)

    @decides()
    def action_rotate_callback_secret(self):
        """Replace the secret that callbacks are signed with; the one before is valid for a day."""
        self.ensure_one()
        self.check_access("write")
        provider_sudo = self.sudo()
        records.lock(provider_sudo)
        if not provider_sudo.callback_secret_next_sealed:
            provider_sudo.callback_secret_next_sealed = self._seal(secrets.token_urlsafe(32))
        secret = self._unseal(provider_sudo.callback_secret_next_sealed)
        # Kept, and valid, before the provider has it: an answer that is lost loses no callback,
        # and pressing the button again goes on with the same secret
        self.env["ir.cron"]._commit_progress()
        with self._connected() as hisp:
            hisp.register_callback(self._callback_url(), secret)
        provider_sudo.write(
            {
                "callback_secret_former_sealed": provider_sudo.callback_secret_sealed,
                "callback_secret_sealed": provider_sudo.callback_secret_next_sealed,
                "callback_secret_next_sealed": False,
                "callback_secret_rotated_at": fields.Datetime.now(),
            }
        )
        self.message_post(body=self.env._("The callback secret was replaced."))
        return self._notify(
            "success",
            self.env._("The callback secret was replaced"),
            self.env._("The previous one is accepted for one more day."),
        )

    # --- the connection ----------------------------------------------------------------------

    def _adapter(self) -> type[Hisp]:
        """Return the adapter's class. Override it for a `code` of your own."""
        self.ensure_one()
        return {"sandbox": SandboxHisp}[self.code]

    def _can(self, capability: Capability) -> bool:
        """Whether this kind of provider has an optional part of the contract."""
        return capability in self._adapter().capabilities

    def _shares_mailbox(self) -> bool:
        """Whether addresses that exist at the provider may share a mailbox with one login."""
        return False

    def _hisp(self) -> Hisp:
        """Return an adapter that is ready to be used."""
        return self._adapter()(self._hisp_config())

    def _hisp_config(self) -> HispConfig:
        """Return the settings for the adapter, secrets in the clear."""
        provider_sudo = self.sudo()
        return HispConfig(
            base_url=provider_sudo.base_url or "",
            api_key=self._unseal(provider_sudo.api_key_sealed),
            callback_secrets=provider_sudo._callback_secrets(),
            tls_floor=provider_sudo.tls_floor,
            ca_certificate=provider_sudo.ca_certificate or None,
            private_network=provider_sudo.private_network,
        )

    @contextmanager
    def _connected(self):
        """Give the adapter; what goes wrong reaches the user as a sentence and what to do."""
        if not self._is_in_use():
            raise UserError(
                self.env._("%s is disabled. An administrator can enable it in Settings.", self.name)
            )
        try:
            with closing(self._hisp()) as hisp:
                yield hisp
        except HispError as error:
            # `from None`: the chained exception could show what was sent in a traceback
            raise UserError(self._sentence(error)) from None

    @api.model
    def _sentence(self, error: HispError) -> str:
        """Say what happened, what to do, and the provider's reference."""
        parts = [translated(self.env, error.sentence), translated(self.env, error.advice)]
        if error.suggestions:
            parts.append(self.env._("Available: %s.", ", ".join(error.suggestions)))
        if error.reference:
            parts.append(self.env._("(Provider's reference: %s)", error.reference))
        return " ".join(parts)

    @api.model
    def _for_company(self, company):
        """Return the provider `company` uses, or none."""
        return company.sudo().direct_provider_id.filtered(lambda p: p._is_in_use())

    def _is_in_use(self) -> bool:
        """Whether anything is sent or received: it is neither disabled nor archived."""
        return self.active and self.state != "disabled"

    def _size_problem(self, size) -> str | None:
        """Say by how much a message of `size` bytes is too large for the provider, or None."""
        over = size - self.max_message_bytes
        if over <= 0:
            return None
        return self.env._(
            "The message is %(over)s too large. The provider accepts up to %(limit)s; remove a "
            "document or make one smaller.",
            over=human_size(over),
            limit=human_size(self.max_message_bytes),
        )

    def _test_notice(self) -> str:
        """Say that nothing is real, while the provider is in test mode; else empty."""
        if self.state != "test":
            return ""
        return self.env._("%s is in test mode. Nothing reaches a real practice.", self.name)

    def _support_contact(self) -> str:
        """Name, phone and page of the provider's support, in a line; empty when none is set."""
        self.ensure_one()
        parts = (self.support_name, self.support_phone, self.support_url)
        return ", ".join(filter(None, parts))

    # --- hooks of the wings above ------------------------------------------------------------

    def _on_connection_mended(self):
        """Act on a connection that works (again): let go what waited for it."""

    def _on_report(self, report):
        """Act on a stored report of the provider that is about no message.

        :param report: a record with ``type``, ``domain`` and ``enrollment_id``
        """

    def _mailbox_logins(self) -> list[tuple[str, str, str]]:
        """Return address, login and sealed password of each address that has been set up here."""
        return []

    # --- callbacks ---------------------------------------------------------------------------

    def _callback_url(self) -> str:
        return self.get_base_url() + CALLBACK_PATH + self.sudo().callback_token

    @api.model
    def _of_callback(self, token):
        """Return the provider that calls back at this address, or none."""
        return self.search_fetch([("callback_token", "=", token), ("state", "!=", "disabled")])

    def _read_callback(self, headers, body, now):
        """Verify a callback, then read it.

        :return: list of `hisp.base.Event`
        :raise CallbackRejected: there is no such provider, or it did not send this
        """
        if not (self and self._can(Capability.CALLBACKS)):
            raise CallbackRejected
        return self._hisp().read_callback(headers, body, now)

    def _callback_secrets(self) -> tuple[str, ...]:
        """Return the secrets that a callback may be signed with, newest first."""
        rotated_at = self.callback_secret_rotated_at
        is_recent = rotated_at and fields.Datetime.now() - rotated_at < FORMER_SECRET_IS_VALID
        sealed = (
            self.callback_secret_next_sealed,
            self.callback_secret_sealed,
            is_recent and self.callback_secret_former_sealed,
        )
        return tuple(self._unseal(secret) for secret in sealed if secret)

    def _callback_secret(self) -> str:
        provider_sudo = self.sudo()
        if not provider_sudo.callback_secret_sealed:
            provider_sudo.callback_secret_sealed = self._seal(secrets.token_urlsafe(32))
        return self._unseal(provider_sudo.callback_secret_sealed)

    @api.model
    def _notify(self, kind: str, title: str, message: str) -> dict:
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": title,
                "message": message,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


def _told(info: ProviderInfo, *names: str) -> dict:
    """What a provider says of these; what it does not say stays as an administrator set it."""
    return {name: getattr(info, name) for name in names if getattr(info, name) is not None}
