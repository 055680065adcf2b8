from odoo import fields, models

from ...tools import address
from ...tools.consultation import is_consultation_note

REPORT = "referral/report"
"""Direct Context 1.1: the type of a message that brings the consult report."""


class DirectMessage(models.Model):
    """What an incoming message is to the referral that it answers."""

    _inherit = "direct.message"

    answer_kind = fields.Selection(
        [("report", "Consult Report"), ("answer", "Answer")],
        "Answers With",
        readonly=True,
        copy=False,
        help="How this message answers the referral.",
    )

    def _tell_answer_kind(self) -> str:
        """Tell a consult report from an answer that a person has to read.

        Only the practice that was asked can report by itself: from anybody else it is an answer.
        """
        self.ensure_one()
        is_from_those_asked = _domain(self.from_address) == _domain(self.in_reply_to_id.to_address)
        return "report" if is_from_those_asked and self._brings_report() else "answer"

    def _brings_report(self):
        return self.context_type == REPORT or any(
            is_consultation_note(document.raw or b"") for document in self.attachment_ids
        )


def _domain(whole):
    return address.normalize(whole).rpartition("@")[2]
