import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.tools import SQL, LazyTranslate
from odoo.tools.misc import hash_sign, verify_hash_signed

from ...hisp import errors
from ...hisp.base import Agreement, Applicant, Evidence
from ...tools import identity
from ...tools.instant import naive_utc
from ..core import records, relations
from ..core.groups import REPRESENTATIVE
from ..core.guarded import decides

_lt = LazyTranslate(__name__)

# Never which item did not match: a guesser would learn it too
CAUSES = (
    _lt(
        "The name isn't your legal name as shown on your government ID, or a maiden name or "
        "suffix is different."
    ),
    _lt("You moved recently, or the address is a business address instead of your home address."),
    _lt("Digits in a number are transposed."),
    _lt("The phone is prepaid, internet-based (VoIP), or in another person's name."),
    _lt("The card is a business or debit card, or has a different billing address."),
    _lt(
        "Your credit file has little history, or has a credit freeze or fraud alert. Lift a "
        "freeze before you try again."
    ),
    _lt("The NPI isn't your individual NPI."),
    _lt("The confirmation code was wrong or has expired."),
    _lt("The call wasn't answered, or the recorded statement was unclear."),
)
RETURN_SCOPE = "direct_messaging.enrolled"
RETURN_HOURS = 2
OPEN_STATES = ("new", "open", "locked", "review")
FORM_STATES = ("new", "open")
STEP_BY_STATE = {
    "new": "agreements",
    "open": "form",
    "verified": "done",
    "locked": "locked",
    "review": "review",
    "ended": "ended",
}
STEPS = {
    "load": "_load",
    "accept": "_accept",
    "decline": "_decline",
    "check": "_check_fields",
    "save_draft": "_save_draft",
    "questions": "_fetch_questions",
    "answer": "_answer_question",
    "call_me": "_call_me",
    "status": "_show_status",
    "verify": "_verify",
}
# Steps that prove and decide nothing
LOOKING = ("load", "check", "save_draft", "status")
APPLICANT_FIELDS = tuple(Applicant.__dataclass_fields__)
DRAFT_FIELDS = frozenset(identity.NAMES) - identity.SECRET_FIELDS
EVIDENCE_FIELDS = tuple(Evidence.__dataclass_fields__)


class DirectEnrollment(models.Model):
    """One person's attempt to authenticate a practice. Holds no personal data.

    What is typed goes as arguments of one method straight into the adapter's request. Everything
    here is for the legal representative who began it, while appointed: checked in ACL, record
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
    def _open_hosted_page(self, practice, hisp):
        """Open the provider's own page. Its way back is a signed token for the same user."""
        token = hash_sign(
            self.sudo().env,
            RETURN_SCOPE,
            [self.env.uid, practice.id],
            expiration_hours=RETURN_HOURS,
        )
        url = hisp.hosted_enrollment_url(
            practice.domain,
            self.env["direct.account"]._person(self.env.user, practice),
            f"{practice.get_base_url()}/direct_messaging/enrolled/{token}",
        )
        # Closed behind it: the window that asked for the password, and still has it
        return {"type": "ir.actions.act_url", "url": url, "target": "new", "close": True}

    @api.model
    @decides()
    def _returned_from_hosted_page(self, token):
        """Return the practice of a valid token, asked about again; nothing for another one."""
        try:
            values = verify_hash_signed(self.sudo().env, RETURN_SCOPE, token)
        except ValueError:
            values = None
        if not values or values[0] != self.env.uid:
            return self.env["direct.practice"]
        practice = self.env["direct.practice"].browse(values[1])
        self._check_representative(practice)
        practice_sudo = practice.sudo()
        with practice_sudo.provider_id._connected() as hisp:
            if hisp.is_authenticated(practice_sudo.domain):
                practice_sudo._set_authenticated(self.env.user)
        return practice

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

    # --- called by the window ----------------------------------------------------------------

    @decides("enrollment_arguments")
    def step(self, name):
        """Take a step of the journey: the one door through which the window comes.

        Its arguments, what was typed among them, come in the context, as a button's would: Odoo
        logs the arguments of a call, but not its context. They are taken out at once.

        :param str name: a key of `STEPS`
        """
        if name not in STEPS:
            raise UserError(self.env._("This step doesn't exist. Reload the page and try again."))
        context = dict(self.env.context)
        arguments = context.pop("enrollment_arguments", [])
        result = getattr(self.with_env(self.env(context=context)), STEPS[name])(*arguments)
        if name not in LOOKING:
            self.env["direct.audit"]._record(f"step {name}", self)
        return result

    def _load(self):
        """Return all that the window shows: step, agreements, what was typed before, status."""
        enrollment_sudo = self._own()
        practice = enrollment_sudo.practice_id
        self._end_of_lock_outs(practice)
        provider = practice.provider_id
        if enrollment_sudo.external_id:
            enrollment_sudo._refresh()
        values, version = self.env["direct.enrollment.draft"]._recall(enrollment_sudo)
        return {
            "practice": practice.company_id.name,
            "provider": provider.name,
            "provider_notice": provider._test_notice() or False,
            "support": provider._support_contact() or False,
            "step": enrollment_sudo._step(),
            "agreements": enrollment_sudo._agreements_to_show(),
            "form": {
                "values": values,
                "version": version,
                "suffixes": list(identity.SUFFIXES),
                "states": [[code, name] for code, (name, _zip) in identity.STATES.items()],
                "government_kinds": [
                    ["npi", self.env._("Individual NPI")],
                    ["ssn", self.env._("Social Security Number")],
                ],
                "financial_kinds": [
                    ["phone", self.env._("Personal Telephone")],
                    ["card", self.env._("Personal Credit Card")],
                    *(
                        [["knowledge", self.env._("Knowledge Questions")]]
                        if provider.knowledge_questions == "allowed"
                        else []
                    ),
                ],
            },
            "status": enrollment_sudo._status(),
        }

    def _accept(self, agreement_id, sha256):
        """Record that the user accepts this very text; the last one starts the enrollment."""
        enrollment_sudo = self._own_form()
        agreement = enrollment_sudo._agreements().filtered(lambda a: a.id == agreement_id)
        if not agreement or agreement.sha256 != sha256:
            raise UserError(
                self.env._(
                    "The agreement has changed in the meantime. Close the window and start over."
                )
            )
        if agreement not in enrollment_sudo.acceptance_ids.agreement_id:
            self.env["direct.agreement.acceptance"]._as_server().create(
                {
                    "agreement_id": agreement.id,
                    "practice_id": enrollment_sudo.practice_id.id,
                    "enrollment_id": enrollment_sudo.id,
                    "user_id": self.env.uid,
                    "accepted_at": fields.Datetime.now(),
                    "ip_address": request.httprequest.remote_addr if request else False,
                }
            )
        enrollment_sudo._start_when_accepted()
        return self._load()

    def _decline(self):
        """End the authentication: without the agreements there is none."""
        self._own_form()._end("ended")
        return False

    def _check_fields(self, values):
        """Say what is wrong with each of the fields in `values`: a sentence, or False."""
        self._own()
        return {
            name: identity.checked(name, text, values).problem or False
            for name, text in values.items()
            if name in identity.NAMES
        }

    def _save_draft(self, values, version=0):
        """Keep what was typed, without secrets, for the same person and for an hour."""
        enrollment_sudo = self._own_form()
        kept = {
            name: text[: identity.TYPED_MAX]
            for name, text in values.items()
            if name in DRAFT_FIELDS and isinstance(text, str)
        }
        return self.env["direct.enrollment.draft"]._keep(enrollment_sudo, kept, version)

    def _fetch_questions(self, values):
        """Fetch knowledge questions about the person described by `values`."""
        enrollment_sudo = self._own_form()
        enrollment_sudo.provider_id._check_knowledge_questions()
        applicant = self._applicant(values)
        enrollment_sudo._await_turn()
        with enrollment_sudo._talking() as hisp:
            found = hisp.questions(enrollment_sudo.external_id, applicant)
        enrollment_sudo.questions_tries_left = found.tries_left
        return {
            "id": found.id,
            "seconds_per_question": found.seconds_per_question,
            "tries_left": found.tries_left,
            "questions": [
                {
                    "id": question.id,
                    "text": question.text,
                    "choices": [
                        {"id": choice.id, "text": choice.text} for choice in question.choices
                    ],
                }
                for question in found.questions
            ],
        }

    def _answer_question(self, questions_id, question_id, choice_id):
        """Pass an answer on. Nothing of it stays here."""
        enrollment_sudo = self._own_form()
        with enrollment_sudo._talking() as hisp:
            hisp.answer(enrollment_sudo.external_id, questions_id, question_id, choice_id)
        return True

    def _call_me(self, phone):
        """Have the representative called with a confirmation code."""
        enrollment_sudo = self._own_form()
        result = identity.checked("call_phone", phone)
        if result.problem:
            raise UserError(result.problem)
        self.env["direct.rate"]._count("call")
        enrollment_sudo._await_turn()
        with enrollment_sudo._talking() as hisp:
            enrollment_sudo._take_call(hisp.call(enrollment_sudo.external_id, result.value))
        return enrollment_sudo._status()

    def _show_status(self):
        """Ask the provider where this enrollment stands."""
        enrollment_sudo = self._own()
        if enrollment_sudo.external_id:
            enrollment_sudo._refresh()
        return enrollment_sudo._status()

    def _verify(self, values, key):
        """Attempt the proof with what was typed.

        :param dict values: the whole form, secrets included
        :param str key: names the attempt; the same key again is the same attempt
        """
        key = str(key)[:64]
        enrollment_sudo = self._own()
        if enrollment_sudo.state not in FORM_STATES and key in enrollment_sudo.attempt_ids.mapped(
            "key"
        ):
            return enrollment_sudo._status()  # its answer was lost, and it has been decided
        enrollment_sudo = self._own_form()
        # Two windows, or a double click: the second finds the first's result
        records.lock(enrollment_sudo)
        applicant = self._applicant(values)
        evidence = self._evidence(values)
        self.env["direct.rate"]._count("verify")
        enrollment_sudo._record_attempt(key, evidence)
        with enrollment_sudo._talking() as hisp:
            status = hisp.verify(enrollment_sudo.external_id, applicant, evidence, key)
        outcome = enrollment_sudo._take_outcome(key, status)
        return enrollment_sudo._status(outcome)

    # --- what was typed ----------------------------------------------------------------------

    def _applicant(self, values):
        return Applicant(**self._cleaned(values, APPLICANT_FIELDS))

    def _evidence(self, values):
        names = [name for name in EVIDENCE_FIELDS if name != "questions_id"]
        if values.get("financial_kind") == "knowledge":
            self.sudo().provider_id._check_knowledge_questions()
            names.remove("financial_number")
        questions_id = str(values.get("questions_id") or "")
        return Evidence(**self._cleaned(values, names), questions_id=questions_id)

    def _cleaned(self, values, names):
        """Return canonical values; refuse what is wrong with sentences that echo nothing."""
        results = {name: identity.checked(name, values.get(name), values) for name in names}
        if wrong := [result.problem for result in results.values() if result.problem]:
            raise UserError("\n".join(dict.fromkeys(wrong)))
        return {name: result.value for name, result in results.items()}

    # --- the provider ------------------------------------------------------------------------

    def _talking(self):
        return self.practice_id.provider_id._connected()

    def _agreements(self):
        with self._talking() as hisp:
            return self.env["direct.agreement"].sudo()._current(self.provider_id, hisp)

    def _agreements_to_show(self):
        if self.state != "new":
            return []
        accepted = self.acceptance_ids.agreement_id
        return [
            {
                "id": agreement.id,
                "title": agreement.name,
                "version": agreement.version,
                "text": agreement.text,
                "sha256": agreement.sha256,
                "accepted": agreement in accepted,
            }
            for agreement in self._agreements()
        ]

    def _start_when_accepted(self):
        agreements = self._agreements()
        if agreements - self.acceptance_ids.agreement_id:
            return
        accepted = tuple(
            Agreement(agreement.code, agreement.name, agreement.version, agreement.text)
            for agreement in agreements
        )
        try:
            status = self.provider_id._hisp().start_enrollment(
                self.practice_id.domain, self.reference, accepted
            )
        except errors.Locked as error:
            self.write({"state": "locked", "locked_until": naive_utc(error.until)})
        except errors.HispError as error:
            raise UserError(self.provider_id._sentence(error)) from None
        else:
            self.external_id = status.external_id
            self._take_status(status)

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
            status = self.provider_id._hisp().enrollment_status(self.external_id)
        except (errors.HispError, UserError):
            return
        self._take_status(status)

    def _take_status(self, status):
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
        self._take_call(status.call)
        if state in ("verified", "ended"):
            self._end(state)

    def _take_call(self, call):
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

    def _take_outcome(self, key, status) -> str:
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

    # --- appearance --------------------------------------------------------------------------

    def _step(self):
        return STEP_BY_STATE[self.state]

    def _status(self, last_outcome=None):
        # The outcome just recorded is in a transaction of its own, which this one cannot see
        last_outcome = last_outcome or self.attempt_ids[:1].outcome
        return {
            "state": self.state,
            # open again after an attempt, or after a review by hand: that was a failure
            "failed": self.state == "open" and last_outcome in ("failed", "review"),
            "attempts_left": self.attempts_left,
            "questions_tries_left": self.questions_tries_left,
            "locked_until": _text(self.locked_until),
            "call": {
                "state": self.call_state,
                "code_expires_at": _text(self.code_expires_at),
                "call_again_at": _text(self.call_again_at),
            },
            "causes": [self.env._(cause) for cause in CAUSES],
        }

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
                enrollment._refresh()
                self.env["ir.cron"]._commit_progress()


def _text(at):
    return fields.Datetime.to_string(at) if at else False
