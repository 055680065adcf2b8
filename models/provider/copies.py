import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, config

from ..core.guarded import decides

SPEAKS_AS = "direct_messaging.speaks_as"
FILE = "direct_messaging.installation"


class DirectInstallation(models.AbstractModel):
    """Which database may speak to providers: the original, and no copy of it.

    What a dump or a template copies is the same in original and copy. So the database remembers
    what is not copied: the number that PostgreSQL gave to this very database, and one that stands
    in the server's data folder. Like the sealing key, neither is in a dump.
    """

    _name = "direct.installation"
    _description = "Which Database May Speak to Providers"

    @api.model
    def _identity(self) -> str:
        """Return who this database is on this server; a digest that says nothing of either."""
        [[cluster, database]] = self.env.execute_query(
            SQL(
                "SELECT system_identifier, (SELECT oid FROM pg_database"
                " WHERE datname = current_database()) FROM pg_control_system()"
            )
        )
        return hashlib.sha256(f"{cluster}/{database}/{_server_id()}".encode()).hexdigest()

    @api.model
    def _may_speak(self) -> bool:
        """Whether this database is the one that was connected to the providers."""
        known = self.env["ir.config_parameter"].sudo().get_param(SPEAKS_AS)
        return not known or known == self._identity()

    @api.model
    def _note_identity(self):
        """Note who speaks, when the first provider is enabled."""
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param(SPEAKS_AS):
            parameters.set_param(SPEAKS_AS, self._identity())

    @api.model
    def _take_over(self):
        """Have this database speak from now on."""
        self.env["ir.config_parameter"].sudo().set_param(SPEAKS_AS, self._identity())


def _server_id() -> str:
    """Return the number of this server's data folder; made when there is none."""
    path = Path(config["data_dir"]) / FILE
    with suppress(FileExistsError), path.open("x") as file:
        file.write(secrets.token_hex(16))
    return path.read_text()


class DirectProvider(models.Model):
    """A copy of the database does not speak: neither sends, nor fetches, nor acknowledges."""

    _inherit = "direct.provider"

    is_paused = fields.Boolean("Paused: This Is a Copy", compute="_compute_is_paused")

    @api.depends("state")
    def _compute_is_paused(self):
        self.is_paused = not self.env["direct.installation"]._may_speak()

    def _note_who_speaks(self):
        if any(provider.state != "disabled" for provider in self):
            self.env["direct.installation"]._note_identity()

    def _hisp_config(self):
        # What every adapter is made of, so nothing gets past this
        if not self.env["direct.installation"]._may_speak():
            raise UserError(
                self.env._(
                    "Paused: this database is a copy, so it doesn't connect to %s. An "
                    "administrator can change this in the provider's settings.",
                    self.name,
                )
            )
        return super()._hisp_config()

    @decides()
    def action_take_over(self):
        """*This Is Production Now*: have this database speak, in place of the one it is a copy of.

        What waited when the copy was made may have been sent by the other one since. So the
        provider is asked about it before anything is sent.
        """
        self.ensure_one()
        all_sudo = self.sudo().search([("state", "!=", "disabled")]) | self.sudo()
        all_sudo.with_env(self.env).check_access("write")
        if not self.env["direct.installation"]._may_speak():
            self.env["direct.installation"]._take_over()
            all_sudo._on_taken_over()
            for provider_sudo in all_sudo:
                provider_sudo._tell_administrators(
                    self.env._("This database connects to %s from now on", provider_sudo.name),
                    self.env._(
                        "%s stated that this database, which is a copy, is production now. "
                        "Make sure that the other one is switched off.",
                        self.env.user.name,
                    ),
                )
        return self._notify(
            "success",
            self.env._("This database connects to the provider from now on"),
            self.env._("Use Test Connection to have delivery reports sent here."),
        )

    def _on_taken_over(self):
        """Act on this database speaking in place of another one."""
