import uuid
from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...hisp import errors
from ...hisp.base import Agreement
from ...tools.instant import naive_utc
from ..core import relations
from ..core.batch import each_alone
from ..core.groups import REPRESENTATIVE

OPEN_STATES = ("new", "open", "locked", "review")
FORM_STATES = ("new", "open")


class DirectEnrollment(models.Model):
    """One person's attempt to authenticate a practice. Holds no personal data.

    Everything is for the legal representative who began it, while appointed: checked in ACL, record
    rule and every method.
    """

    _name = "direct.enrollment"
    _inherit = "direct.guarded"
    _description = "Practice Authentication"
    _order = "id desc"

    practice_id = fields.Many2one(
        "direct.practice", required=True, readonly=True, ondelete="restrict", index=True
    )
    provider_id = fields.Many2one(related="practice_id.provider_id", store=True)
    user_id = fields.Many2one(
        "res.users", "Legal Representative", required=True, readonly=True, ondelete="restrict"
    )
    reference = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: str(uuid.uuid4())
    )
    external_id = fields.Char("Provider's Enrollment ID", readonly=True, copy=False, index=True)
    state = fields.Selection(
        [
            ("new", "Agreements"),
            ("open", "Form"),
            ("verified", "Verified"),
            ("locked", "Locked"),
            ("review", "Manual Review"),
            ("ended", "Ended"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    attempts_left = fields.Integer(readonly=True)
    questions_tries_left = fields.Integer(readonly=True)
    locked_until = fields.Datetime(readonly=True)
    call_state = fields.Char(readonly=True, default="none")
    code_expires_at = fields.Datetime(readonly=True)
    call_again_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    acceptance_ids = relations.One2many("direct.agreement.acceptance", "enrollment_id")
    attempt_ids = relations.One2many("direct.enrollment.attempt", "enrollment_id")

    # --- begin -------------------------------------------------------------------------------

    @api.model
    def _begin(self, practice):
        """Return the current user's enrollment for `practice`: the one under way or a new one."""
        self._check_representative(practice)
        self._end_of_lock_outs(practice)
        under_way = self.sudo().search(
            [
                ("practice_id", "=", practice.id),
                ("user_id", "=", self.env.uid),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )
        enrollment_sudo = under_way or self._as_server().create(
            {"practice_id": practice.id, "user_id": self.env.uid}
        )
        return enrollment_sudo.sudo(False)

    @api.model
    def _end_of_lock_outs(self, practice):
        self.sudo().search(
            [
                ("practice_id", "=", practice.id),
                ("state", "=", "locked"),
                ("locked_until", "<=", fields.Datetime.now()),
            ]
        )._end("ended")

    @api.model
    def _check_representative(self, practice):
        """Only who is appointed, now, as legal representative of this very practice."""
        user = self.env.user
        if (
            not user.has_group(REPRESENTATIVE)
            or user not in practice.sudo().legal_representative_ids
            or practice.company_id not in self.env.companies
        ):
            raise AccessError(
                self.env._("Only a legal representative of the practice can authenticate it.")
            )

    def _own(self):
        """Return this enrollment in superuser mode, for the person it belongs to only."""
        self.ensure_one()
        enrollment_sudo = self.sudo()
        if enrollment_sudo.user_id != self.env.user:
            raise AccessError(self.env._("This authentication was started by another user."))
        self._check_representative(enrollment_sudo.practice_id)
        return enrollment_sudo

    def _own_form(self):
        """As `_own`, while there is something to fill in."""
        enrollment_sudo = self._own()
        if enrollment_sudo.state not in FORM_STATES:
            raise UserError(
                self.env._("This authentication has ended. Close the window and start over.")
            )
        return enrollment_sudo

    # --- the provider ------------------------------------------------------------------------

    def _talking(self):
        return self.practice_id.provider_id._connected()

    def _agreements(self):
        with self._talking() as hisp:
            return self.env["direct.agreement"].sudo()._current(self.provider_id, hisp)

    def _start_when_accepted(self):
        agreements = self._agreements()
        if agreements - self.acceptance_ids.agreement_id:
            return
        accepted = tuple(
            Agreement(agreement.code, agreement.name, agreement.version, agreement.text)
            for agreement in agreements
        )
        try:
            with closing(self.provider_id._hisp()) as hisp:
                status = hisp.start_enrollment(self.practice_id.domain, self.reference, accepted)
        except errors.Locked as error:
            self.write({"state": "locked", "locked_until": naive_utc(error.until)})
        except errors.HispError as error:
            raise UserError(self.provider_id._sentence(error)) from None
        else:
            self.external_id = status.external_id
            self._set_status(status)

    def _await_turn(self):
        """Wait until nobody else is at this enrollment, before something is asked for that counts.

        A conflict that showed only when the answer is written would have Odoo repeat the request:
        a second set of questions, a second call. Now it shows before anything is asked for.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL("SELECT 1 FROM direct_enrollment WHERE id = %s FOR NO KEY UPDATE", self.id),
            log_exceptions=False,
        )

    def _refresh(self):
        """Take over what the provider says; what cannot be asked now stays as it was."""
        if not self.try_lock_for_update(allow_referencing=True):
            return  # somebody is at it, and takes over what the provider says
        try:
            with closing(self.provider_id._hisp()) as hisp:
                status = hisp.enrollment_status(self.external_id)
        except (errors.HispError, UserError):
            return
        self._set_status(status)

    def _set_status(self, status):
        """Take over where the provider says that the enrollment stands."""
        if self.state in ("verified", "ended"):
            return  # nothing leaves these: an old window must not undo what came after it
        state = {"superseded": "ended"}.get(status.state, status.state)
        self.write(
            {
                "state": state,
                "attempts_left": status.attempts_left,
                "questions_tries_left": status.questions_tries_left,
                "locked_until": naive_utc(status.locked_until),
            }
        )
        self._set_call(status.call)
        if state in ("verified", "ended"):
            self._end(state)

    def _set_call(self, call):
        self.write(
            {
                "call_state": call.state,
                "code_expires_at": naive_utc(call.code_expires_at),
                "call_again_at": naive_utc(call.call_again_at),
            }
        )

    def _record_attempt(self, key, evidence):
        """Record an attempt before it is made; repeated with its key it is the same one.

        In a transaction of its own: the record stays when the answer is lost and all else is
        rolled back.
        """
        with self.env.registry.cursor() as cr:
            attempts = self.env(cr=cr)["direct.enrollment.attempt"]._as_server()
            if not attempts.search([("enrollment_id", "=", self.id), ("key", "=", key)]):
                attempts.create(
                    {
                        "enrollment_id": self.id,
                        "key": key,
                        "government_kind": evidence.government_kind,
                        "financial_kind": evidence.financial_kind,
                    }
                )

    def _record_outcome(self, key, outcome):
        with self.env.registry.cursor() as cr:
            attempts = self.env(cr=cr)["direct.enrollment.attempt"]
            attempts.search(
                [
                    ("enrollment_id", "=", self.id),
                    ("key", "=", key),
                    ("outcome", "=", "unknown"),
                ]
            ).outcome = outcome
        self.invalidate_recordset(["attempt_ids"])
        self.attempt_ids.invalidate_recordset()

    def _settle_attempt(self, key, status) -> str:
        """Note what the provider's answer means for the attempt `key`; return its outcome."""
        outcome = "failed" if status.state == "open" else status.state
        self._record_outcome(key, outcome)
        self.write(
            {
                "state": "open" if outcome == "failed" else outcome,
                "attempts_left": status.attempts_left,
                "locked_until": naive_utc(status.locked_until),
            }
        )
        if outcome == "verified":
            self._end("verified")
        return outcome

    def _end(self, state):
        """Close the enrollments, and forget what was typed."""
        self.write({"state": state, "ended_at": fields.Datetime.now()})
        self.env["direct.enrollment.draft"]._forget(self)
        if state == "verified":
            self.practice_id._set_authenticated(self.user_id)

    # --- what changes elsewhere -------------------------------------------------------------

    def _announce(self):
        """Tell the representative's open window to look again."""
        for enrollment in self:
            enrollment.user_id._bus_send(
                "direct_messaging/enrollment", {"enrollment_id": enrollment.id}
            )

    @api.model
    def _handle_report(self, provider, external_id):
        """Act upon a report of `provider` about the enrollment that it calls `external_id`."""
        enrollment = self.search(
            [
                ("provider_id", "=", provider.id),
                ("external_id", "=", external_id),
                ("external_id", "!=", False),
            ]
        )
        if enrollment:
            # The open window asks for the status; the poll does when no window is open
            enrollment._announce()
            self.env.ref("direct_messaging.ir_cron_poll")._trigger()

    @api.model
    def _poll(self):
        """Ask about the enrollments that may have gone on without us: a review takes hours."""
        for enrollment in self.search([("state", "in", ("open", "review"))]):
            # One that is locked is being worked on by its person
            if enrollment.external_id and enrollment.try_lock_for_update(allow_referencing=True):
                each_alone(self.env, enrollment, type(self)._refresh)
                self.env["ir.cron"]._commit_progress()
