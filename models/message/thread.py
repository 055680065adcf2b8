from odoo import models

THREAD_MAX = 100


class DirectMessage(models.Model):
    """The conversation that a message belongs to, in both directions."""

    _inherit = "direct.message"

    def _thread_back(self):
        """Return this message and those it answers in turn, itself first, whoever may read them."""
        thread_sudo = message_sudo = self.sudo()
        while message_sudo.in_reply_to_id and len(thread_sudo) < THREAD_MAX:
            message_sudo = message_sudo.in_reply_to_id
            thread_sudo |= message_sudo
        return thread_sudo

    def _thread(self):
        """Return the messages before and after this one that the user may read, oldest first."""
        thread_sudo = layer = self._thread_back()[-1:]
        while layer and len(thread_sudo) < THREAD_MAX:
            layer = layer.reply_ids - thread_sudo
            thread_sudo |= layer
        return thread_sudo.sudo(False)._filtered_access("read").sorted("id")
