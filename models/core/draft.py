from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...exceptions import ChangedElsewhere


class DirectDraft(models.AbstractModel):
    """What is saved, sent or signed is what the window shows.

    Each change that a user makes is a new version. A window says in the context of each call which
    version it shows, as ``direct_shown``: a dictionary with ``model``, ``id``, ``version`` and
    ``user_id``. Saving from another version is refused, and the window then shows both texts.

    A method that sends, signs or creates something begins with `_check_shown`, and ends with
    `_new_version`, so that no window goes on from what was before. Who calls without a window, the
    API or a rule, decides without one.
    """

    _name = "direct.draft"
    _inherit = "direct.guarded"
    _description = "Has Versions That Windows Show"

    version = fields.Integer(default=1, required=True, readonly=True, copy=False)

    @api.model
    def _resume(self, key, **proposals):
        """Return the user's draft with the values of `key`, in superuser mode.

        What was typed in a window is still there when the window is opened again. If there is no
        draft yet, it is made, with `proposals` as what the window says at first.
        """
        mine = Domain("create_uid", "=", self.env.uid)
        same = Domain.AND([(name, "=", value)] for name, value in key.items())
        drafts = self._as_server()
        return drafts.search(mine & same, order="id desc", limit=1) or drafts.create(
            {**key, **proposals}
        )

    def write(self, vals):
        written = super().write(vals)
        # What the server itself writes, as superuser, is no change of what was typed
        if not self.env.su and vals:
            self._new_version()
        return written

    def web_save(self, vals, specification, next_id=None):
        # OVERRIDE web: what windows save with
        self._check_shown()
        return super().web_save(vals, specification, next_id=next_id)

    def _part_changed(self):
        # OVERRIDE: its lines are part of what the window shows
        self._new_version()

    def _new_version(self):
        for draft_sudo in self.sudo():
            draft_sudo.version += 1

    def _check_shown(self):
        """Lock this draft, and refuse when it is not as the window shows it.

        :raise ChangedElsewhere: it was changed in another window
        :raise AccessError: the window belongs to somebody who has logged out since
        """
        shown = self.env.context.get("direct_shown")
        if not isinstance(shown, dict) or len(self) != 1:
            return
        if (shown.get("model"), shown.get("id")) != (self._name, self.id):
            return  # of the window that this one was opened from
        if shown.get("user_id") != self.env.uid:
            raise AccessError(
                self.env._(
                    "This browser is now logged in as %s. Log in with your own account to go on.",
                    self.env.user.name,
                )
            )
        self.flush_recordset(["version"])
        [[version]] = self.env.execute_query(
            SQL(
                "SELECT version FROM %s WHERE id = %s FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                self.id,
            )
        ) or [[None]]
        if version != shown.get("version"):
            raise ChangedElsewhere(
                self.env._(
                    "This was changed in another window. Check what it says now, then try again."
                )
            )
