from odoo import api, models
from odoo.fields import Domain

from ..core.guarded import decides


class DirectAccount(models.Model):
    """The inbox of each address."""

    _inherit = "direct.account"

    @api.model
    @decides()
    def inbox_counts(self):
        """Return the accounts whose messages the user deals with, each with how many are unread.

        Those are the user's own, those that let the user read, and those that anything was
        forwarded from.

        :return: list of ``{"id", "address", "unread"}``
        """
        uid = self.env.uid
        own = Domain("user_id", "=", uid) | Domain("delegate_ids", "in", [uid])
        accounts = self.search(own)
        theirs = Domain("account_id", "in", accounts.ids) | Domain("forwarded_to_id", "=", uid)
        counts = dict(
            self.env["direct.message"]._read_group(
                Domain("is_unread", "=", True) & theirs, ["account_id"], ["__count"]
            )
        )
        return [
            {"id": account.id, "address": account.address, "unread": counts.get(account, 0)}
            for account in accounts.union(*counts)
        ]
