import logging
import os

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import config

from ...tools import crypto
from .sentences import translated

_logger = logging.getLogger(__name__)


class DirectSecrets(models.AbstractModel):
    """Secrets that are entered and never read back.

    A secret has two fields: an input, ``fields.Char(store=False, readonly=False,
    compute="_compute_secret_inputs")``, and a stored one with ``groups=fields.NO_ACCESS`` that
    holds it sealed, its name ending with ``_sealed``. `_secret_inputs` names both.

    A secret belongs to the address that it was entered for, which `_secret_addresses` names: when
    that changes, the secret is forgotten, whoever changes it.
    """

    _name = "direct.secrets"
    _description = "Secrets That Are Entered and Never Read Back"

    secrets_problem = fields.Char(compute="_compute_secrets_problem", compute_sudo=True)

    @api.model
    def _secret_inputs(self) -> dict[str, str]:
        """Return the names of the inputs, and of the fields that they are sealed in."""
        return {}

    @api.model
    def _secret_addresses(self) -> dict[str, tuple[str, ...]]:
        """Return for each sealed field the settings that say where its secret is sent."""
        return {}

    def _on_secrets_forgotten(self, changed, forgotten):
        """Act on secrets having been forgotten, before the transaction ends.

        :param changed: names of the settings of the address that changed
        :param forgotten: names of the sealed fields that are empty now, and were not entered again
        """

    def _compute_secret_inputs(self):
        for name in self._secret_inputs():
            self[name] = False

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        entered = [self._pop_secrets(vals) for vals in vals_list]
        records = super().create(vals_list)
        for record, secrets in zip(records, entered, strict=True):
            record._seal_secrets(secrets)
        return records

    def write(self, vals):
        vals = dict(vals)
        secrets = self._pop_secrets(vals)
        settings = {name for names in self._secret_addresses().values() for name in names}
        before = self._values_of(settings & vals.keys())
        result = super().write(vals)
        self._seal_secrets(secrets)
        for record_sudo, after in self._values_of(settings & vals.keys()).items():
            changed = {name for name in after if after[name] != before[record_sudo][name]}
            if changed:
                record_sudo._forget_secrets(changed, secrets)
        return result

    def _values_of(self, names):
        """Return the values of these fields by record; nothing where there are none."""
        if not names:
            return {}
        return {record: {name: record[name] or "" for name in names} for record in self.sudo()}

    def _forget_secrets(self, changed, entered):
        """Forget the secrets of an address of which the settings `changed` did change.

        :param entered: the inputs that a new secret was entered into
        """
        kept = {self._secret_inputs()[name] for name in entered}
        forgotten = [
            sealed
            for sealed, settings in self._secret_addresses().items()
            if changed & set(settings) and self[sealed] and sealed not in kept
        ]
        self._on_secrets_forgotten(sorted(changed), forgotten)
        if forgotten:
            self.write(dict.fromkeys(forgotten, False))

    def _pop_secrets(self, vals) -> dict[str, str]:
        """Take what was entered out of `vals`, before the ORM sees it; empty changes nothing."""
        entered = {name: vals.pop(name, None) for name in self._secret_inputs()}
        return {name: value.strip() for name, value in entered.items() if value and value.strip()}

    @api.model
    def _seal_all_again(self):
        """Seal every stored secret under the newest key, so that an older one can be given up.

        Commits as it goes and can be called again: what is under the newest key is left alone.

        :return: how many secrets were sealed again, and how many can't be opened
        """
        newest, done, lost = self._newest_key(), 0, 0
        for record, field in self._all_sealed():
            if crypto.key_of(record[field]) != newest:
                try:
                    record.write({field: self._seal(self._unseal(record[field]))})
                except UserError:
                    lost += 1
                    continue
                done += 1
                if done % 100 == 0:
                    self.env["ir.cron"]._commit_progress()
                    _logger.info("%s secrets sealed again", done)
        self.env["ir.cron"]._commit_progress()
        _logger.info("%s secrets sealed again, %s can't be opened", done, lost)
        return done, lost

    @api.model
    def _all_sealed(self):
        """Yield each stored secret: its record, in superuser mode, and its field."""
        for name in self.env.registry.descendants([self._name], "_inherit") - {self._name}:
            model = self.env[name].sudo().with_context(active_test=False)
            sealed = [field for field in model._fields if field.endswith("_sealed")]
            for record in model.search(Domain.OR(Domain(field, "!=", False) for field in sealed)):
                yield from ((record, field) for field in sealed if record[field])

    @api.model
    def _newest_key(self) -> str:
        try:
            return crypto.key_ids(self._sealing_keys())[0]
        except crypto.SealError as error:
            raise UserError(str(error)) from None

    def _compute_secrets_problem(self):
        for record in self:
            record.secrets_problem = record._secrets_problem()

    def _secrets_problem(self) -> str:
        """Say why a stored secret of this record can't be used; empty when all can."""
        for name in self._fields:
            if name.endswith("_sealed"):
                try:
                    self._unseal(self.sudo()[name])
                except UserError as problem:
                    return str(problem)
        return ""

    @api.model
    def _seal(self, secret: str) -> str:
        try:
            return crypto.seal(secret, self._sealing_keys())
        except crypto.SealError as error:
            raise UserError(translated(self.env, str(error))) from None

    @api.model
    def _unseal(self, sealed: str | bool) -> str:
        if not sealed:
            return ""
        try:
            return crypto.open_sealed(sealed, self._sealing_keys())
        except crypto.SealError as error:
            raise UserError(translated(self.env, str(error))) from None

    @api.model
    def _sealing_keys(self) -> str | None:
        # Outside the database on purpose: never an ir.config_parameter
        return os.environ.get("DIRECT_MESSAGING_KEY") or config.get("direct_messaging_key")

    def _seal_secrets(self, secrets):
        if secrets:
            self.check_access("write")
            fields_of = self._secret_inputs()
            self.sudo().write(
                {fields_of[name]: self._seal(value) for name, value in secrets.items()}
            )
