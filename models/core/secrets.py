import os

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import config

from ...tools import crypto


class DirectSecrets(models.AbstractModel):
    """Secrets that are entered and never read back.

    A secret has two fields: an input, ``fields.Char(store=False, readonly=False,
    compute="_compute_secret_inputs")``, and a stored one with ``groups=fields.NO_ACCESS`` that
    holds it sealed, its name ending with ``_sealed``. `_secret_inputs` names both.
    """

    _name = "direct.secrets"
    _description = "Secrets That Are Entered and Never Read Back"

    @api.model
    def _secret_inputs(self) -> dict[str, str]:
        """Return the names of the inputs, and of the fields that they are sealed in."""
        return {}

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
        result = super().write(vals)
        self._seal_secrets(secrets)
        return result

    def _pop_secrets(self, vals) -> dict[str, str]:
        """Take what was entered out of `vals`, before the ORM sees it; empty changes nothing."""
        entered = {name: vals.pop(name, None) for name in self._secret_inputs()}
        return {name: value.strip() for name, value in entered.items() if value and value.strip()}

    @api.model
    def _seal_all_again(self):
        """Seal every stored secret under the newest key, so that an older one can be given up."""
        for name in self.env.registry.descendants([self._name], "_inherit") - {self._name}:
            model = self.env[name].sudo().with_context(active_test=False)
            sealed = [field for field in model._fields if field.endswith("_sealed")]
            for record in model.search(Domain.OR(Domain(field, "!=", False) for field in sealed)):
                record.write(
                    {
                        field: self._seal(self._unseal(record[field]))
                        for field in sealed
                        if record[field]
                    }
                )

    @api.model
    def _seal(self, secret: str) -> str:
        try:
            return crypto.seal(secret, self._sealing_keys())
        except crypto.SealError as error:
            raise UserError(str(error)) from None

    @api.model
    def _unseal(self, sealed: str | bool) -> str:
        if not sealed:
            return ""
        try:
            return crypto.open_sealed(sealed, self._sealing_keys())
        except crypto.SealError as error:
            raise UserError(str(error)) from None

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
