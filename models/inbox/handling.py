from odoo import fields, models
from odoo.exceptions import UserError

from ...hisp.base import Nature
from ..core.guarded import decides


class DirectMessage(models.Model):
    """What became of a message that arrived: read, done, given to somebody."""

    _inherit = "direct.message"

    is_unread = fields.Boolean("Unread", readonly=True, copy=False)
    is_done = fields.Boolean("Done", readonly=True, copy=False)

    _unread = models.Index("(account_id) WHERE is_unread")
    # What is still to do in a whole practice, as administrators see it
    _to_do = models.Index(
        "(company_id, received_at DESC, id DESC) WHERE direction = 'in' AND is_done IS NOT TRUE"
    )

    _sent_is_in_no_inbox = models.Constraint(
        "CHECK (direction = 'in' OR (is_unread IS NOT TRUE AND is_done IS NOT TRUE))",
        "Only a message that arrived is in an inbox.",
    )

    def _on_received(self):
        self.is_unread = True
        return super()._on_received()

    def _on_matched(self):
        # It was for a person to read only while nobody knew what it is about
        notices = self.filtered(lambda message: message.nature == Nature.NOTICE)
        notices.write({"is_done": True, "is_unread": False})
        return super()._on_matched()

    @decides()
    def action_mark_read(self):
        """Note that the messages were read."""
        self._set_in_inbox(is_unread=False)

    @decides()
    def action_mark_unread(self):
        """Put the messages back among the unread ones."""
        self._set_in_inbox(is_unread=True)

    @decides()
    def action_done(self):
        """Put the messages away; they stay where they are filed and can be found."""
        self._set_in_inbox(is_done=True, is_unread=False)

    @decides()
    def action_reopen(self):
        """Take the messages back into the inbox."""
        self._set_in_inbox(is_done=False)

    def _set_in_inbox(self, **values):
        self._check_incoming()
        changed_sudo = self.sudo().filtered(
            lambda message: any(message[name] != value for name, value in values.items())
        )
        changed_sudo.write(values)
        changed_sudo._tell_arrived()

    @decides()
    def action_assign(self, account_id):
        """Give a message that came for nobody to an account of the practice."""
        self.ensure_one()
        self._check_incoming()
        account_sudo = self.env["direct.account"].browse(account_id).exists().sudo()
        if self.account_id or account_sudo.practice_id not in self._practices_to_assign():
            raise UserError(
                self.env._("Choose an address of the practice that received the message.")
            )
        self.sudo().account_id = account_sudo
        self.sudo()._forward_to_substitute()
        self._put_on_timeline("assigned", f"{account_sudo.address}, {self.env.user.name}")
        self.sudo()._tell_arrived()

    def _practices_to_assign(self):
        """Return the practices whose addresses a message that came for nobody may be given to."""
        message_sudo = self.sudo()
        return message_sudo.practice_id or message_sudo.provider_id.practice_ids
