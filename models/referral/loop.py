from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..core.batch import each_alone
from ..core.guarded import decides

# A message that may have arrived: from then on an answer can come
MAY_HAVE_ARRIVED = {"accepted", "delivered", "unconfirmed", "uncertain"}
# While there is no report and no refusal, one is waited for
WAITING = ("waiting", "accepted", "scheduled")

# From where each answer may be noted (False: nothing is waited for, as after a failed delivery that
# was made good by telephone). Nothing but *Reopen* leaves *received* and *closed*.
SOURCES = {
    "accepted": (False, "waiting", "declined"),
    "scheduled": (False, *WAITING, "declined"),
    "declined": (False, *WAITING),
    "received": (False, *WAITING, "declined"),
}
OVERDUE_ACTIVITY = "direct_messaging.activity_report_overdue"
DECLINED_ACTIVITY = "direct_messaging.activity_declined"
# What each answer settles
SETTLED_ACTIVITIES = {
    "accepted": [DECLINED_ACTIVITY],
    "scheduled": [OVERDUE_ACTIVITY, DECLINED_ACTIVITY],
    "declined": [OVERDUE_ACTIVITY],
    "received": [OVERDUE_ACTIVITY, DECLINED_ACTIVITY],
}
BATCH = 100
SECONDS_A_DAY = 24 * 60 * 60


class DirectReferral(models.Model):
    """The loop: whether those who were referred to answered, and what is overdue.

    `loop_state` follows from three facts that are stored: which messages may have arrived,
    `answer` and `closed_at`. So it is the same in whatever order reports and answers come.
    """

    _name = "direct.referral"
    _inherit = ["direct.referral", "direct.measured"]

    _durations = {"days_to_report": "reported_at"}

    loop_state = fields.Selection(
        [
            ("waiting", "Waiting for Report"),
            ("accepted", "Accepted"),
            ("scheduled", "Scheduled"),
            ("declined", "Declined"),
            ("received", "Report Received"),
            ("closed", "Closed"),
        ],
        "Answer",
        compute="_compute_loop_state",
        store=True,
        index="btree_not_null",
        help="The other practice's response. Empty until a response is expected.",
    )
    answer = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("scheduled", "Scheduled"),
            ("declined", "Declined"),
            ("received", "Report Received"),
        ],
        "Answered",
        readonly=True,
        copy=False,
    )
    has_answer = fields.Boolean(
        "New Answer",
        readonly=True,
        copy=False,
        help="An answer arrived that nobody has reviewed yet.",
    )
    appointment_at = fields.Datetime("Appointment", readonly=True, copy=False)
    decline_reason = fields.Text(readonly=True, copy=False)
    reported_at = fields.Datetime("Report Received On", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed On", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    outcome = fields.Text(readonly=True, copy=False)
    can_answer = fields.Boolean(compute="_compute_can_answer")

    delivered_at = fields.Datetime("Delivered On", compute="_compute_delivered_at", store=True)
    report_days = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        help="The number of days allowed for the report, as set when the referral was sent.",
    )
    report_due_on = fields.Date(
        compute="_compute_report_due_on",
        store=True,
        help="Counted from delivery or from the appointment.",
    )
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    remind_on = fields.Date(
        readonly=True, copy=False, help="When to send the next reminder about the report."
    )
    days_to_report = fields.Float(
        "Days to Report",
        compute="_compute_days_to_report",
        store=True,
        aggregator="avg",
        digits=(12, 1),
    )

    _open_reports = models.Index(
        "(report_due_on) WHERE loop_state IN ('waiting', 'accepted', 'scheduled')"
    )

    @api.depends("direct_message_ids.state", "answer", "closed_at")
    def _compute_loop_state(self):
        for referral in self:
            if referral.closed_at:
                referral.loop_state = "closed"
            elif referral.answer:
                referral.loop_state = referral.answer
            else:
                states = set(referral._sent_messages().mapped("state"))
                referral.loop_state = "waiting" if states & MAY_HAVE_ARRIVED else False

    @api.depends("direct_message_ids.delivered_at")
    def _compute_delivered_at(self):
        for referral in self:
            times = filter(None, referral._sent_messages().mapped("delivered_at"))
            referral.delivered_at = min(times, default=False)

    @api.depends("delivered_at", "appointment_at", "report_days")
    def _compute_report_due_on(self):
        for referral in self:
            times = filter(None, (referral.delivered_at, referral.appointment_at))
            start = max(times, default=None)
            referral.report_due_on = start and start.date() + timedelta(referral.report_days)

    @api.depends("report_due_on", "loop_state")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for referral in self:
            due = referral.report_due_on
            referral.is_overdue = bool(due and due < today and referral.loop_state in WAITING)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in" or True not in value or False in value:
            return NotImplemented
        today = fields.Date.context_today(self)
        return Domain("loop_state", "in", WAITING) & Domain("report_due_on", "<", today)

    @api.depends("reported_at", "delivered_at")
    def _compute_days_to_report(self):
        for referral in self:
            seconds = 0
            if referral.reported_at and referral.delivered_at:
                seconds = (referral.reported_at - referral.delivered_at).total_seconds()
            referral.days_to_report = max(seconds, 0) / SECONDS_A_DAY

    @api.depends_context("uid")
    @api.depends("author_id")
    def _compute_can_answer(self):
        for referral in self:
            referral.can_answer = referral._may_be_handled_by(self.env.user)

    def _sent_messages(self):
        """The messages that carried the referral: neither answers, nor what we answered to them."""
        return self.direct_message_ids.filtered(
            lambda message: message.direction == "out" and not message.in_reply_to_id
        )

    def _note_report_days(self):
        """Note how long the recipients have for the report, by the urgency."""
        self.sudo().report_days = self.company_id.sudo()[f"direct_report_days_{self.urgency}"]

    # --- answers -----------------------------------------------------------------------------

    def _on_answered(self, message):
        """Take up a message that answers one of this referral's messages, once for each.

        A consult report is noted by itself. Anything else waits for a person to read it.
        """
        if not self or message.answer_kind:
            return
        self.ensure_one()
        message.answer_kind = message._tell_answer_kind()
        if message.answer_kind == "report" and self.loop_state != "closed":
            self._set_answer("received", reported_at=self.reported_at or fields.Datetime.now())
        else:
            self.has_answer = True
        kinds = dict(message._fields["answer_kind"]._description_selection(self.env))
        self._log_step(kinds[message.answer_kind], message.name)

    def _set_answer(self, answer, **values):
        """Note what the other side answered; return whether that was news.

        :param answer: a key of `SOURCES`
        """
        self.ensure_one()
        if self.loop_state not in SOURCES[answer]:
            return False
        self.write({"answer": answer, **values})
        self.activity_feedback(SETTLED_ACTIVITIES[answer])
        if answer == "declined":
            self._schedule(
                DECLINED_ACTIVITY,
                self.env._("The referral was declined. Refer the patient to someone else."),
            )
        return True

    @decides()
    def action_accepted(self):
        """Note that the other practice accepted the referral."""
        self._mark("accepted")

    @decides()
    def action_report_received(self):
        """Note that the report came, by whatever way."""
        self._mark("received", reported_at=self.reported_at or fields.Datetime.now())

    @decides()
    def action_scheduled(self):
        """Ask for the appointment, then note it."""
        return self._ask_more("scheduled", self.env._("Scheduled"))

    @decides()
    def action_declined(self):
        """Ask for the reason, then note that the other practice declined."""
        return self._ask_more("declined", self.env._("Declined"))

    @decides()
    def action_close_loop(self):
        """Ask for the outcome, then close."""
        return self._ask_more("closed", self.env._("Close Loop"))

    @decides()
    def action_reopen_loop(self):
        """Open what was closed; once more, take back that the report was received."""
        referral = self._for_answering()
        if referral.loop_state == "closed":
            referral.write({"closed_at": False, "closed_by_id": False})
        elif referral.loop_state == "received":
            referral.write({"answer": False, "reported_at": False})
        else:
            raise UserError(self.env._("This referral is already open."))
        referral.remind_on = False
        referral._log_step(self.env._("Reopened"), referral._acting())

    def _mark(self, answer, detail="", **values):
        """Note an answer that the user learned of."""
        referral = self._for_answering()
        if not referral._set_answer(answer, has_answer=False, **values):
            raise UserError(
                self.env._(
                    "This referral is already marked %s. Reopen it first.",
                    referral._loop_label(),
                )
            )
        referral._log_step(referral._loop_label(), detail, referral._acting())

    def _mark_scheduled(self, appointment_at):
        when = format_datetime(self.env, appointment_at)
        self._mark("scheduled", when, appointment_at=appointment_at, remind_on=False)

    def _mark_declined(self, reason):
        self._mark("declined", decline_reason=reason)

    def _close_loop(self, outcome=""):
        referral = self._for_answering()
        if referral.loop_state == "closed":
            raise UserError(self.env._("This referral is already closed."))
        referral.write(
            {
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
                "outcome": outcome or referral.outcome,
                "has_answer": False,
            }
        )
        referral.activity_feedback([OVERDUE_ACTIVITY, DECLINED_ACTIVITY])
        referral._log_step(referral._loop_label(), referral._acting())

    def _ask_more(self, answer, title):
        self._for_answering()
        return self.env["direct.referral.answer"]._open(self, answer, title)

    def _for_answering(self):
        """Return this referral to be changed, or say why the user may not."""
        self.ensure_one()
        self.check_access("read")
        if not self._may_be_handled_by(self.env.user):
            raise AccessError(
                self.env._(
                    "Only the referring clinician, a delegate or an administrator can do this."
                )
            )
        if self.state in ("draft", "cancelled"):
            raise UserError(self.env._("This referral hasn't been sent yet."))
        return self.sudo()

    def _loop_label(self):
        labels = dict(self._fields["loop_state"]._description_selection(self.env))
        return labels.get(self.loop_state, "")

    def _log_step(self, *parts):
        """Note a step in the chatter. Nothing about the patient: no reason, no outcome."""
        self._message_log(body=": ".join(filter(None, parts)))

    # --- overdue -----------------------------------------------------------------------------

    @api.model
    def _remind_overdue(self):
        """Cron: remind, once in each period, of reports that did not come in time."""
        today = fields.Date.context_today(self)
        unreminded = Domain("remind_on", "=", False) | Domain("remind_on", "<=", today)
        due = Domain("is_overdue", "=", True) & unreminded
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(due))
        referrals = self.search(due, limit=BATCH, order="report_due_on, id")
        for broken in each_alone(self.env, referrals, lambda referral: referral._remind(today)):
            broken.thing.remind_on = today + timedelta(days=1)
        cron._commit_progress(len(referrals))

    def _remind(self, today):
        self.remind_on = today + timedelta(self.report_days)
        if not self.activity_search([OVERDUE_ACTIVITY]):
            self._schedule(OVERDUE_ACTIVITY, self.env._("No consult report yet"))

    def _schedule(self, activity, summary, note=""):
        """Give whoever is responsible now something to do. The summary is e-mailed: no patient."""
        for user in self._responsible():
            self.activity_schedule(activity, summary=summary, note=note, user_id=user.id)
