from odoo import api, models
from odoo.exceptions import UserError

from ..core import relations
from ..core.groups import USER
from ..core.guarded import decides
from ..core.turns import take_turns


class DirectReferralMixin(models.AbstractModel):
    """What a note has to do with its referrals: it begins them, shows them, and stays for them."""

    _inherit = "direct.referral.mixin"

    # For those who may read referrals: to read a note is not refused to others because of it
    direct_referral_ids = relations.One2many(
        "direct.referral",
        "res_id",
        string="Referrals",
        domain=lambda self: [("res_model", "=", self._name)],
        groups=USER,
    )

    def _referrals_sudo(self):
        """Return the referrals of these notes, whoever may read them."""
        return self.sudo().direct_referral_ids

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unreferred(self):
        """Keep what a referral was sent from. A draft stays, and can be sent without C-CDA."""
        if sent_sudo := self._referrals_sudo().filtered(lambda r: r.state != "draft"):
            raise UserError(
                self.env._(
                    "This can't be deleted because a referral was sent from it (%s). Keep it as the"
                    " record of what was sent.",
                    ", ".join(sent_sudo.mapped("name")),
                )
            )

    @decides()
    def direct_delivery(self):
        """Say where each message of this note's referrals stands, for whoever may read the note."""
        self.check_access("read")
        return self._referrals_sudo()._delivery_rows(self.env.user)

    def _direct_channels(self):
        direct = {"key": "direct", "label": self.env._("Direct Message"), "icon": "fa-envelope-o"}
        return [direct, *super()._direct_channels()]

    def _direct_other_ways(self) -> list[dict]:
        """Return the ways to send a referral whose Direct message did not arrive.

        The other channels, as in `_direct_channels`: a fax added there is offered here as well.
        """
        return [way for way in self._direct_channels() if way["key"] != "direct"]

    def _send_referral_by_direct(self):
        """Open the *Send Referral* window: the draft that was begun here, or a new one."""
        # Two clicks begin one draft
        take_turns(self)
        draft = self.env["direct.referral"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("author_id", "=", self.env.uid),
                ("state", "=", "draft"),
            ],
            limit=1,
        )
        return (draft or self.env["direct.referral"]._begin(self))._open_window()


class DirectReferral(models.Model):
    """What a referral has to do with its note, which may have changed since, or be gone."""

    _inherit = "direct.referral"

    def _note(self):
        """Return the note this referral was begun from; None when it, or its addon, is gone."""
        known = self.res_model in self.env
        return (known and self.env[self.res_model].browse(self.res_id).exists()) or None

    @decides()
    def action_open_note(self):
        """Open the note this referral was begun from."""
        self.ensure_one()
        self.check_access("read")
        if note := self._note():
            return note._get_records_action(context={})
        raise UserError(
            self.env._(
                "The note for this referral no longer exists. See the referral's messages for"
                " what was sent."
            )
        )

    def _note_problems(self):
        """Say why the referral can't leave with its note as it is now: a note may be reopened.

        :return: (field, sentence) pairs, as `Problems` has them
        """
        note_sudo = self.sudo()._note()
        if not note_sudo:
            return []
        problems = []
        if not note_sudo._direct_is_signed():
            sentence = self.env._("The note was reopened. Sign it again, then send the referral.")
            problems.append((None, sentence))
        if note_sudo._direct_patient() != self.sudo().patient_id:
            sentence = self.env._(
                "The note is about another patient now. Delete this draft and start a new referral"
                " from the note."
            )
            problems.append(("patient_id", sentence))
        return problems
