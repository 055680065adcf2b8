from odoo import api, models

from ....hisp import errors


class DirectMessage(models.Model):
    """What becomes of messages whose provider is disabled or archived: none pretends to go on."""

    _inherit = "direct.message"

    @api.model
    def _settle_resting(self):
        """Say at each message that waits for a provider which is not in use that it waits for that.

        What nobody could send or ask about for a day is left to a person.
        """
        providers = self.env["direct.provider"].with_context(active_test=False)
        resting = providers.search(["|", ("active", "=", False), ("state", "=", "disabled")])
        waiting = self.search(
            [("provider_id", "in", resting.ids), ("state", "in", ("queued", "sending"))]
        )._lock_to_change()
        for message in waiting:
            if message._has_waited_too_long():
                message._set_waited_too_long()
            else:
                message._say_that_it_rests()
        for practice in waiting.practice_id:
            practice._ask_administrator()

    def _has_waited_too_long(self):
        """Whether it has been due for so long that a person has to look before it goes out."""
        return bool(self.next_attempt_at) and self._is_over(self.next_attempt_at)

    def _set_waited_too_long(self):
        if self.state == "sending":
            return self._set_uncertain(errors.CannotTell())
        return self._set_failed(
            self.problem
            or self.env._("This message waited for more than a day, so it wasn't sent by itself."),
            self.env._("Check that it is still right, then send it again."),
        )

    def _say_that_it_rests(self):
        if self.state == "sending":
            problem = self.env._(
                "The Direct provider is disabled, so we can't find out whether it has the message."
            )
        else:
            problem = self.env._("The Direct provider is disabled, so this message isn't sent.")
        if self.problem != problem:
            advice = self.env._(
                "Ask an administrator to enable it. If it is urgent, send it another way."
            )
            self.write({"problem": problem, "advice": advice})
            self._announce()
