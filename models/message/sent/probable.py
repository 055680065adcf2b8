from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ...core import records
from ...core.guarded import decides
from ..states import EVENT_LABELS


class DirectMessage(models.Model):
    """Reports that are probably about a message whose answer to *send* was lost.

    No id of such a message was ever learned, so a report that names only the provider's id matches
    nothing. If it names the sender or the recipient, a person decides whether it is about this one.
    """

    _inherit = "direct.message"

    probable_report = fields.Char(
        "Probably About This Message", compute="_compute_probable_report", compute_sudo=True
    )

    @api.depends("state", "external_id")
    def _compute_probable_report(self):
        for message in self:
            report = message._probable_reports()[:1]
            message.probable_report = message._probably(report) if report else False

    def _probable_reports(self):
        """Return reports that match no message and are probably about this one, newest first."""
        self.ensure_one()
        reports = self.env["direct.message.event"].sudo()
        if self.state != "uncertain" or self.external_id:
            return reports
        sender = Domain("sender", "=", self.from_address)
        recipient = Domain("recipient", "=", self.to_address)
        names_none = Domain("recipient", "=", False)
        return reports.search(
            Domain("provider_id", "=", self.provider_id.id)
            & Domain("is_unmatched", "=", True)
            & Domain("create_date", ">=", self.queued_at or self.create_date)
            & ((sender & (recipient | names_none)) | (Domain("sender", "=", False) & recipient)),
            order="id desc",
        )

    def _probably(self, report):
        label = EVENT_LABELS.get(report.type)
        return self.env._(
            "A delivery notice is probably about this message: %(what)s, %(when)s.",
            what=self.env._(label) if label else report.type,
            when=format_datetime(self.env, report.at),
        )

    @decides()
    def action_use_report(self, report_id=None):
        """Take a report for one about this message, as a person decided.

        :param report_id: the `direct.message.event` that the window showed; none: the newest
        """
        self.ensure_one()
        self._check_outgoing()
        message_sudo = self.sudo()
        records.lock(message_sudo)
        message_sudo.invalidate_recordset()
        reports = message_sudo._probable_reports()
        report = reports.filtered(lambda r: r.id == report_id) if report_id else reports[:1]
        if not report:
            raise UserError(
                self.env._(
                    "This notice was already matched to a message. Reload the page to see its "
                    "current status."
                )
            )
        report._apply(message_sudo)
        message_sudo._put_on_timeline(
            "report_used", self.env._("Decided by %s", self.env.user.name)
        )

    # --- appearance --------------------------------------------------------------------------

    def _probable_actions(self, user) -> list[dict]:
        """Return what `user` can do with a notice that is probably about the message."""
        report = self._probable_reports()[:1]
        if not (report and self._may_be_handled_by(user)):
            return []
        sentence = self.env._(
            "%s Use it for this message? This can't be undone.", self._probably(report)
        )
        label = self.env._("Use This Notice")
        return [self._row_action("action_use_report", label, report.id, confirm=sentence)]
