from odoo import models


class DirectReferral(models.Model):
    """What the other side answers to a referral."""

    _inherit = "direct.referral"

    def _take_answer(self, message):
        """Note that `message`, which arrived, answers one of this referral's messages.

        Nothing of its content is told here: who may read the note may not read the message.
        """
        for referral in self:
            referral.message_post(
                body=self.env._("An answer arrived: %s.", message.name),
                subtype_xmlid="mail.mt_note",
            )
