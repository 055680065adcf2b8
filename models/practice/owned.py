from odoo import SUPERUSER_ID, api, fields, models

from ..core import relations
from ..core.groups import MANAGER


class DirectOwned(models.AbstractModel):
    """What belongs to the owner of a Direct address: who deals with it, and who is told of it.

    The clinical responsibility stays with the owner, whoever presses a button; somebody who acts
    for the owner is named. All of it is asked for when it is used: a delegate who was taken away,
    or somebody who has left, has no rights and is told nothing from that moment on.

    - deals with it: owner, delegates, a substitute it was forwarded to, administrators
    - sends: owner and delegates, as long as address and owner are in use (`direct.account`)
    - is told what there is to do: the first of `direct.account._in_line` who may read it

    A model says in `_owner_field` who the owner is, and in `_own_address` with which address.
    """

    _name = "direct.owned"
    _description = "Belongs to the Owner of a Direct Address"

    _owner_field = "user_id"
    _delegates_depend_on: tuple[str, ...] = ()

    sent_by_id = fields.Many2one(
        "res.users",
        "Sent by Delegate",
        readonly=True,
        copy=False,
        help="The delegate who sent it for the owner.",
    )
    sent_by = fields.Char(compute="_compute_sent_by")
    delegate_ids = relations.Many2many(
        "res.users",
        string="Delegates",
        compute="_compute_delegate_ids",
        search="_search_delegate_ids",
        compute_sudo=True,
    )

    @api.depends(lambda self: ("sent_by_id", self._owner_field))
    def _compute_sent_by(self):
        for record in self:
            record.sent_by = record._acting(record.sent_by_id) if record.sent_by_id else False

    @api.depends(lambda self: self._delegates_depend_on)
    def _compute_delegate_ids(self):
        for record in self:
            record.delegate_ids = record._own_address().delegate_ids

    @api.model
    def _search_delegate_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        accounts = self.env["direct.account"].sudo().with_context(active_test=False)
        return self._of_addresses(accounts.search([("delegate_ids", "in", value)]))

    # --- whose it is -------------------------------------------------------------------------

    def _owner(self):
        """Return the owner, in superuser mode."""
        return self.sudo()[self._owner_field]

    def _own_address(self):
        """Return the owner's address, archived or not, in superuser mode; none if there is none."""
        raise NotImplementedError

    @api.model
    def _of_addresses(self, accounts):
        """Return the domain of the records of these addresses.

        Ids, not a subquery: the record rules need them to be found by an index.
        """
        raise NotImplementedError

    def _own_companies(self):
        """Return the companies whose administrators deal with it: those who are in all of them."""
        return self.sudo().company_id

    def _standing_in(self):
        """Return who deals with this record for the owner, besides the delegates."""
        return self.env["res.users"]

    # --- who acts ----------------------------------------------------------------------------

    def _may_be_handled_by(self, user):
        """Whether `user` acts on all of these: owner, who stands in, or administrator."""
        return user.has_group(MANAGER) or all(record._is_handled_by(user) for record in self)

    def _is_handled_by(self, user):
        address = self._own_address()
        return (
            user == self._owner()
            or user in self._standing_in()
            or bool(address and address._may_be_used_by(user))
        )

    def _is_by_another(self, user):
        """Whether `user` is a person other than the owner."""
        return user.id != SUPERUSER_ID and not user.share and user != self._owner()

    def _acting(self, user=None):
        """Name `user`, by default the current one, as acting on this record, and for whom."""
        user = user or self.env.user
        owner = self._owner()
        if not owner or not self._is_by_another(user):
            return (owner or user.sudo()).name
        return self.env._("%(user)s for %(owner)s", user=user.sudo().name, owner=owner.name)

    def _is_here(self, user):
        """Whether `user` uses Direct Messaging in the practice of this record now."""
        return self.env["direct.account"]._is_member(user, self._own_companies()[:1])

    # --- who is told -------------------------------------------------------------------------

    def _responsible(self):
        """Return the user who is given what there is to do now; nobody if there is nobody."""
        self.ensure_one()
        accounts = self.env["direct.account"]
        if address := self._own_address():
            line = address._in_line(fields.Datetime.now())
        else:
            company = self.sudo().company_id
            owner = self._owner().filtered(lambda user: accounts._is_member(user, company))
            line = owner | accounts._members(MANAGER, self._own_companies())
        return next((user for user in line if self._may_be_read_by(user)), line.browse())

    def _may_be_read_by(self, user):
        record = self.sudo(False).with_user(user)
        companies = user.sudo()._get_company_ids()
        return record.with_context(allowed_company_ids=list(companies)).has_access("read")

    def _watchers(self):
        """Return whose open windows are told of a change; wings with more of them extend it."""
        record, address = self.sudo(), self._own_address()
        watchers = record._owner() | record.sent_by_id | record._standing_in() | record.delegate_ids
        return watchers if address and address._is_in_use() else watchers | record._responsible()
