from odoo import api, fields, models
from odoo.exceptions import UserError

from ...hisp.base import Person
from ...tools import address
from ..core import records
from ..core.groups import MANAGER
from ..core.guarded import Writable
from ..core.sentences import translated


class DirectAccount(models.Model):
    """One user's Direct address in a practice. Permanent once created."""

    _name = "direct.account"
    _inherit = ["direct.guarded", "direct.secrets", "mail.thread"]
    _description = "Direct Address"
    _rec_name = "address"
    _order = "address"

    _writable = (Writable("active mailbox_login mailbox_password", group=MANAGER),)

    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    practice_id = fields.Many2one(
        "direct.practice", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="practice_id.company_id", store=True, index=True)
    address = fields.Char("Direct Address", required=True, readonly=True, copy=False)
    active = fields.Boolean(default=True, tracking=True)
    mailbox_login = fields.Char(
        help="Only for providers connected by email: the login for this address's own mailbox. "
        "Leave empty if all addresses share one mailbox.",
    )
    mailbox_password_sealed = fields.Char(groups=fields.NO_ACCESS, copy=False)
    mailbox_password = fields.Char(store=False, compute="_compute_secret_inputs", readonly=False)
    mailbox_password_is_set = fields.Boolean(
        compute="_compute_mailbox_password_is_set", compute_sudo=True
    )

    _address_unique = models.Constraint(
        "UNIQUE (address)", "This Direct address is already in use."
    )
    _user_unique = models.Constraint(
        "UNIQUE (user_id, practice_id)", "This user already has a Direct address in this practice."
    )
    _address_lower = models.Constraint(
        "CHECK (address = lower(address))", "Direct addresses are stored in lowercase."
    )

    @api.model
    def _secret_inputs(self):
        return {**super()._secret_inputs(), "mailbox_password": "mailbox_password_sealed"}

    @api.depends("mailbox_password_sealed")
    def _compute_mailbox_password_is_set(self):
        for account in self:
            account.mailbox_password_is_set = bool(account.mailbox_password_sealed)

    @api.model
    def _of_user(self, user, company):
        """Return the account of `user` in the practice of `company`, or none."""
        return self.sudo().search([("user_id", "=", user.id), ("company_id", "=", company.id)])

    @api.model
    def _create_address(self, user, practice, username):
        """Create the user's address at the provider, or return the account that exists.

        :param username: normalized local part
        :raise UserError: in words, when the username is not possible or taken
        """
        if account := self._ready_to_create(user, practice):
            return account
        if problem := address.local_part_problem(username):
            raise UserError(translated(self.env, problem))
        with practice.provider_id._connected() as hisp:
            person = self._person(user, practice)
            whole = hisp.create_address(practice.domain, username, person)
        return self._as_server().create(
            {"user_id": user.id, "practice_id": practice.id, "address": address.normalize(whole)}
        )

    @api.model
    def _person(self, user, practice) -> Person:
        """Describe a user of `practice` for the provider."""
        partner_sudo = user.sudo().partner_id
        return Person(
            reference=records.reference(user),
            name=user.name,
            npi=partner_sudo.direct_npi or "",
            specialty=partner_sudo.direct_specialty or "",
        )

    @api.model
    def _adopt_address(self, user, practice, whole, login, password):
        """Take over an address that the user has at the provider, once its mailbox is proven.

        The practice takes over its domain with the first one.

        :param whole: the address, normalized
        :param login: of the mailbox; empty for the one that the practice's addresses share
        :raise UserError: in words, when the address is not possible or its mailbox not proven
        """
        if account := self._ready_to_create(user, practice):
            return account
        if problem := address.address_problem(whole):
            raise UserError(translated(self.env, problem))
        if login and not password:
            raise UserError(self.env._("Enter the mailbox password."))
        if self.sudo().with_context(active_test=False).search_count([("address", "=", whole)]):
            raise UserError(self.env._("This Direct address belongs to another user."))
        with practice.provider_id._connected() as hisp:
            # With something of this server that no user knows: it names the message of the proof
            token = practice.provider_id.sudo().callback_token
            hisp.prove_mailbox(whole, login, password, f"{token}/{records.reference(user)}")
        practice._adopt_domain(whole.partition("@")[2])
        return self._as_server().create(
            {
                "user_id": user.id,
                "practice_id": practice.id,
                "address": whole,
                "mailbox_login": login,
                "mailbox_password": password if login else "",
            }
        )

    @api.model
    def _ready_to_create(self, user, practice):
        """Return the account that `user` has; else see to it that one can be made, once."""
        records.lock(user.sudo())
        if account := self._of_user(user, practice.company_id):
            return account
        if self.sudo().with_context(active_test=False)._of_user(user, practice.company_id):
            raise UserError(
                self.env._(
                    "Your Direct address is archived. Ask an administrator to restore it in "
                    "Direct Messaging > Configuration > Direct Addresses."
                )
            )
        return None
