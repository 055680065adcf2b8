"""The authentication of a practice, against the sandbox's enrollment, without a browser."""

import hashlib
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from psycopg2.errors import SerializationFailure

from ...exceptions import ChangedElsewhere
from ...hisp import errors
from ..common import DirectCommon

PERSON = {
    "first_name": "Lee",
    "middle_name": "",
    "last_name": "Passes",
    "suffix": "Jr.",
    "street": "12 Maple Street",
    "city": "Burlington",
    "state": "VT",
    "zip": "05401",
    "birthdate": "1970-03-04",
    "email": "lee@example.org",
}
EVIDENCE = {
    "government_kind": "npi",
    "government_number": "1234567893",
    "financial_kind": "phone",
    "financial_number": "802-863-2345",
    "call_phone": "404-555-2368",
}


@tagged("post_install", "-at_install")
class TestEnrollment(DirectCommon):
    authenticated = False

    def setUp(self):
        super().setUp()
        self.provider.api_key = self.sandbox.customer().key
        self.sandbox.settings(call_pause=0)
        self.practice = self.env["direct.practice"]._create_domain(
            self.company, f"elm-{uuid.uuid4().hex[:8]}"
        )
        self.practice.legal_representative_ids = self.representative
        self.enrollment = self.begin()

    def step(self, name, *arguments, user=None):
        """Take a step as the window does."""
        enrollment = self.enrollment.with_user(user or self.enrollment.env.user)
        with self.enter_registry_test_mode():  # attempts are recorded in a transaction of their own
            return enrollment.with_context(enrollment_arguments=list(arguments)).step(name)

    def begin(self, user=None):
        enrollments = self.env["direct.enrollment"].with_user(user or self.representative)
        return enrollments._begin(self.practice.with_user(user or self.representative))

    def accept_all(self):
        for agreement in self.step("load")["agreements"]:
            self.step("accept", agreement["id"], agreement["sha256"])
        return self.enrollment

    def values(self, code=None, **changes):
        if code is None:
            self.step("call_me", EVIDENCE["call_phone"])
            code = self.answer_and_record()
        return {**PERSON, **EVIDENCE, "confirmation_code": code, **changes}

    def answer_and_record(self):
        code = self.sandbox.answer_call(self.enrollment.external_id)
        self.sandbox.record_call(self.enrollment.external_id)
        return code

    def verify(self, key=None, **changes):
        return self.step("verify", self.values(**changes), key or str(uuid.uuid4()))

    # --- agreements --------------------------------------------------------------------------

    def test_both_agreements_are_accepted_to_the_letter_and_recorded(self):
        shown = self.step("load")
        self.assertEqual(shown["step"], "agreements")
        titles = [agreement["title"] for agreement in shown["agreements"]]
        self.assertEqual(titles, ["DirectTrust Activation", "Experian User Agreement"])
        first, second = shown["agreements"]
        after_first = self.step("accept", first["id"], first["sha256"])
        self.assertEqual([a["accepted"] for a in after_first["agreements"]], [True, False])
        self.assertEqual(self.step("accept", second["id"], second["sha256"])["step"], "form")
        acceptances = self.enrollment.acceptance_ids.sorted("id")
        self.assertEqual(acceptances.user_id, self.representative)
        self.assertEqual(acceptances.practice_id, self.practice)
        self.assertEqual(
            acceptances.mapped("sha256"),
            [hashlib.sha256(a["text"].encode()).hexdigest() for a in (first, second)],
        )

    def test_a_text_that_was_not_shown_is_not_accepted(self):
        [first, _second] = self.step("load")["agreements"]
        for agreement_id, sha256 in ((first["id"], "0" * 64), (0, first["sha256"]), (None, None)):
            with self.subTest(sha256), self.assertRaisesRegex(UserError, "has changed"):
                self.step("accept", agreement_id, sha256)

    def test_acceptances_and_texts_are_append_only(self):
        acceptance = self.accept_all().acceptance_ids[0].sudo()
        for change in (
            lambda: acceptance.write({"user_id": self.outsider.id}),
            acceptance.unlink,
            lambda: acceptance.agreement_id.write({"text": "Other"}),
            acceptance.agreement_id.unlink,
        ):
            with self.assertRaisesRegex(UserError, "can't be"):
                change()

    def test_an_acceptance_can_be_printed_with_its_text(self):
        self.accept_all()
        acceptance = self.enrollment.acceptance_ids[0]
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "direct_messaging.report_agreement_acceptance", acceptance.ids
        )
        for words in (acceptance.sha256, self.representative.name, "End of the text"):
            self.assertIn(words, html.decode())

    def test_declining_ends_it(self):
        self.step("decline")
        self.assertEqual(self.enrollment.state, "ended")
        self.assertNotEqual(self.begin(), self.enrollment)

    # --- success -----------------------------------------------------------------------------

    def test_a_verified_identity_authenticates_the_practice_and_held_referrals_leave(self):
        self.env["direct.account"]._create_address(self.clinician, self.practice, "dr.zoe")
        message = self.send(self.make_referral())
        self.assertEqual(message.state, "held")
        self.accept_all()
        status = self.verify()
        self.assertEqual((status["state"], status["failed"]), ("verified", False))
        self.assertEqual(self.practice.authentication_state, "authenticated")
        self.assertEqual(self.practice.authenticated_by_id, self.representative)
        self.assertEqual(message.state, "queued")
        told = self.env["mail.notification"].search(
            [("mail_message_id.model", "=", "direct.practice")]
        )
        concerned = (self.clinician | self.representative).partner_id
        self.assertEqual(told.res_partner_id & concerned, concerned)
        self.assertEqual(self.step("load")["step"], "done")

    def test_each_kind_of_evidence_can_prove_an_identity(self):
        for evidence in (
            {"government_kind": "ssn", "government_number": "536-22-8726"},
            {"financial_kind": "card", "financial_number": "4111 1111 1111 1111"},
        ):
            with self.subTest(evidence):
                self.enrollment = self.begin()
                self.accept_all()
                self.assertEqual(self.verify(**evidence)["state"], "verified")
                attempt = self.enrollment.attempt_ids
                self.assertEqual(attempt.outcome, "verified")
                self.assertIn(
                    (attempt.government_kind, attempt.financial_kind),
                    [("ssn", "phone"), ("npi", "card")],
                )

    def test_knowledge_questions_are_answered_one_by_one(self):
        self.accept_all()
        found = self.step("questions", {**PERSON, **EVIDENCE})
        self.assertGreaterEqual(len(found["questions"]), 4)
        for question in found["questions"]:
            self.assertGreaterEqual(len(question["choices"]), 4)
            right = next(c for c in question["choices"] if c["text"].endswith("."))
            for _lost_answer_repeated in range(2):
                self.step("answer", found["id"], question["id"], right["id"])
        status = self.verify(
            financial_kind="knowledge", financial_number="", questions_id=found["id"]
        )
        self.assertEqual(status["state"], "verified")

    def test_knowledge_questions_that_the_provider_no_longer_accepts(self):
        self.provider.knowledge_questions = "off"
        self.accept_all()
        kinds = dict(self.step("load")["form"]["financial_kinds"])
        self.assertNotIn("knowledge", kinds)
        for act in (
            lambda: self.step("questions", {**PERSON, **EVIDENCE}),
            lambda: self.verify(financial_kind="knowledge", questions_id="x"),
        ):
            with self.assertRaisesRegex(UserError, "no longer accepts knowledge questions"):
                act()
        self.assertFalse(self.enrollment.attempt_ids)

    def test_a_conflict_shows_before_anything_is_asked_that_counts(self):
        """Odoo repeats a request that met a conflict: that must not use up a try, or call twice."""
        self.accept_all()
        enrollment = self.registry["direct.enrollment"]
        conflict = patch.object(enrollment, "_await_turn", side_effect=SerializationFailure)
        for step, argument in (("questions", PERSON), ("call_me", "+14045552397")):
            with self.subTest(step), conflict, self.assertRaises(SerializationFailure):
                self.step(step, argument)
        self.assertEqual(self.step("status")["call"]["state"], "none")
        self.assertEqual(self.step("questions", PERSON)["tries_left"], 1)

    def test_questions_end_by_the_clock_and_by_tries(self):
        self.accept_all()
        self.sandbox.settings(question_seconds=0)
        self.addCleanup(self.sandbox.settings, question_seconds=120)
        found = self.step("questions", PERSON)
        question = found["questions"][0]
        with self.assertRaisesRegex(UserError, "Time is up for this question"):
            self.step("answer", found["id"], question["id"], question["choices"][0]["id"])
        self.assertEqual(self.step("questions", PERSON)["tries_left"], 0)
        with self.assertRaisesRegex(UserError, "No more questions"):
            self.step("questions", PERSON)

    # --- failure -----------------------------------------------------------------------------

    def test_a_failure_names_general_causes_never_the_item(self):
        self.accept_all()
        statuses = [
            self.verify(last_name="Nomatch"),
            self.verify(street="1 Nowhere Street"),
        ]
        for status, left in zip(statuses, (2, 1), strict=True):
            self.assertEqual(
                (status["state"], status["failed"], status["attempts_left"]), ("open", True, left)
            )
        self.assertEqual(statuses[0]["causes"], statuses[1]["causes"])
        self.assertEqual(self.verify()["state"], "verified")
        outcomes = self.enrollment.attempt_ids.sorted("id").mapped("outcome")
        self.assertEqual(outcomes, ["failed", "failed", "verified"])

    def test_a_wrong_or_old_code_is_a_failed_attempt(self):
        self.accept_all()
        self.values()
        self.assertTrue(self.verify(confirmation_code="000000")["failed"])
        old = self.values()["confirmation_code"]
        status = self.step("verify", {**self.values(), "confirmation_code": old}, str(uuid.uuid4()))
        self.assertTrue(status["failed"])

    def test_after_the_last_attempt_it_is_locked_until_a_time_shown(self):
        self.accept_all()
        for _attempt in range(3):
            status = self.verify(last_name="Nomatch")
        self.assertEqual(status["state"], "locked")
        self.assertTrue(status["locked_until"])
        shown = self.step("load")
        self.assertEqual(
            (shown["step"], shown["support"]), ("locked", "Test Support, 802-555-0100")
        )
        with self.assertRaisesRegex(UserError, "has ended"):
            self.step("verify", self.values(code="123456"), "another")
        self.assertEqual(self.sandbox.enrollments()[0]["attempts_left"], 0)
        self.assertEqual(self.begin(), self.enrollment, "a lock-out is not evaded by starting anew")
        self.enrollment.sudo().locked_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertNotEqual(self.begin(), self.enrollment)

    def test_another_representative_does_not_evade_a_lock_out(self):
        self.accept_all()
        for _attempt in range(3):
            self.verify(last_name="Nomatch")
        other = self.make_user("Otto Other", "base.group_user")
        self.practice.legal_representative_ids = self.representative | other
        self.enrollment = self.begin(other)
        self.accept_all()
        self.assertEqual(self.step("load")["step"], "locked")

    def test_a_manual_review_is_noticed_later(self):
        self.accept_all()
        self.assertEqual(self.verify(last_name="Review")["state"], "review")
        self.sandbox.review(self.enrollment.external_id, True)
        self.run_cron("ir_cron_poll")
        self.assertEqual(self.enrollment.state, "verified")
        self.assertEqual(self.practice.authentication_state, "authenticated")

    def test_a_rejected_review_comes_back_as_a_failure(self):
        self.accept_all()
        self.verify(last_name="Review")
        self.sandbox.review(self.enrollment.external_id, False)
        shown = self.step("load")
        self.assertEqual((shown["step"], shown["status"]["failed"]), ("form", True))

    def test_a_lost_answer_repeated_with_its_key_counts_once(self):
        self.accept_all()
        values = self.values(last_name="Dropped")
        with self.assertRaisesRegex(UserError, "lost"):
            self.step("verify", values, "one-key")
        status = self.step("verify", values, "one-key")
        self.assertEqual(status["state"], "verified")

    def test_an_attempt_whose_answer_was_lost_is_on_record(self):
        self.accept_all()
        values = self.values(last_name="Dropped")
        with self.assertRaisesRegex(UserError, "lost"):
            self.step("verify", values, "one-key")
        self.env.invalidate_all()
        self.assertEqual(self.enrollment.attempt_ids.mapped("outcome"), ["unknown"])

    def test_an_old_window_does_not_undo_what_came_after(self):
        self.accept_all()
        self.verify()
        self.practice._set_not_authenticated()
        self.step("load")
        self.step("status")
        self.assertEqual(self.practice.authentication_state, "not_authenticated")

    def test_pressing_twice_counts_once(self):
        self.accept_all()
        values = self.values(last_name="Nomatch")
        first = self.step("verify", values, "one-key")
        second = self.step("verify", values, "one-key")
        self.assertEqual((first["attempts_left"], second["attempts_left"]), (2, 2))
        self.assertEqual(len(self.enrollment.attempt_ids), 1)

    # --- bad input ---------------------------------------------------------------------------

    def test_what_is_typed_wrong_is_no_attempt_and_is_not_echoed(self):
        self.accept_all()
        for changes in (
            {"last_name": ""},
            {"first_name": "<script>alert(1)</script>"},
            {"zip": "90210"},
            {"birthdate": str(fields.Date.today() + timedelta(days=1))},
            {"government_kind": "ssn", "government_number": "123-45-6789"},
            {"financial_kind": "card", "financial_number": "4111 1111 1111 1112"},
            {"confirmation_code": "12345"},
            {"last_name": "x" * 300},
        ):
            with self.subTest(changes), self.assertRaises(UserError) as caught:
                self.step("verify", self.values(code="123456", **changes), str(uuid.uuid4()))
            for name, value in changes.items():
                if value and not name.endswith("_kind"):
                    self.assertNotIn(value, str(caught.exception))
        self.assertFalse(self.enrollment.attempt_ids)

    def test_without_the_call_it_is_incomplete_and_no_attempt(self):
        self.accept_all()
        with self.assertRaisesRegex(UserError, "didn't count"):
            self.step("verify", self.values(code="123456"), str(uuid.uuid4()))
        self.assertEqual(self.step("status")["attempts_left"], 3)

    def test_fields_are_checked_as_they_are_typed(self):
        problems = self.step("check", {"state": "VT", "zip": "90210", "unknown": "x"})
        self.assertEqual(set(problems), {"state", "zip"})
        self.assertFalse(problems["state"])
        self.assertIn("isn't in the selected state", problems["zip"])

    def test_a_provider_that_is_down_in_any_step_keeps_everything(self):
        self.accept_all()
        values = self.values()
        self.step("save_draft", values)
        url = self.provider.base_url
        self.move_provider("http://127.0.0.1:9")
        for step in (
            lambda: self.step("call_me", "404-555-2368"),
            lambda: self.step("questions", values),
            lambda: self.step("verify", values, "key"),
        ):
            with self.assertRaisesRegex(UserError, "can't be reached"):
                step()
        self.assertEqual(self.step("load")["form"]["values"]["last_name"], "Passes")
        self.move_provider(url)
        self.assertEqual(self.step("verify", values, "key")["state"], "verified")

    # --- what is kept ------------------------------------------------------------------------

    def test_the_non_secret_part_resumes_sealed_for_an_hour(self):
        self.accept_all()
        self.step(
            "save_draft",
            {**PERSON, **EVIDENCE, "confirmation_code": "123456", "answers": "x", "other": "y"},
        )
        kept = self.step("load")["form"]["values"]
        self.assertEqual(kept["last_name"], "Passes")
        for name in ("government_number", "financial_number", "confirmation_code", "answers"):
            self.assertNotIn(name, kept)
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM direct_enrollment_draft")
        self.assertNotIn("Passes", str(self.env.cr.fetchall()))
        drafts = self.env["direct.enrollment.draft"].sudo()
        drafts._forget_old()
        self.assertTrue(drafts.search([]))
        self.env.cr.execute(
            "UPDATE direct_enrollment_draft SET write_date = %s",
            [fields.Datetime.now() - timedelta(minutes=61)],
        )
        self.env.invalidate_all()
        drafts._forget_old()
        self.assertFalse(drafts.search([]))

    def test_a_window_never_saves_over_what_another_one_kept(self):
        self.accept_all()
        version = self.step("load")["form"]["version"]
        saved = self.step("save_draft", {**PERSON, "city": "Burlington"}, version)
        with self.assertRaises(ChangedElsewhere):
            self.step("save_draft", {**PERSON, "city": "Montpelier"}, version)
        form = self.step("load")["form"]
        self.assertEqual((form["values"]["city"], form["version"]), ("Burlington", saved))
        self.step("save_draft", {**PERSON, "city": "Montpelier"}, saved)
        self.assertEqual(self.step("load")["form"]["values"]["city"], "Montpelier")

    def test_the_draft_goes_with_the_enrollment(self):
        self.accept_all()
        self.step("save_draft", PERSON)
        self.verify()
        self.assertFalse(self.env["direct.enrollment.draft"].sudo().search([]))

    def test_personal_data_does_not_show_when_printed(self):
        values = {**PERSON, **EVIDENCE, "confirmation_code": "123456"}
        shown = f"{self.enrollment._applicant(values)!r} {self.enrollment._evidence(values)!r}"
        for value in ("Passes", "Maple", "1234567893", "8028632345", "123456"):
            self.assertNotIn(value, shown)

    # --- who ---------------------------------------------------------------------------------

    def test_nobody_but_the_appointed_representative_can_do_anything(self):
        self.accept_all()
        other_company = self.env["res.company"].create({"name": "Elsewhere"})
        other_company.direct_provider_id = self.provider
        stranger = self.make_user("Rita Rep", "base.group_user", company=other_company)
        elsewhere = self.env["direct.practice"]._of_company(other_company)
        elsewhere.legal_representative_ids = stranger
        colleague = self.make_user("Otto Other", "base.group_user")
        self.practice.legal_representative_ids = self.representative | colleague
        system = self.make_user("Sy Stem", "base.group_system", "direct_messaging.group_manager")
        calls = {
            "load": (),
            "accept": (1, "x"),
            "decline": (),
            "check": ({"zip": "05401"},),
            "save_draft": ({},),
            "questions": (PERSON,),
            "answer": ("a", "b", "c"),
            "call_me": ("404-555-2368",),
            "status": (),
            "verify": ({**PERSON, **EVIDENCE}, "key"),
        }
        for user in (self.clinician, self.manager, system, self.outsider, stranger, colleague):
            theirs = self.enrollment.with_user(user)
            for method, arguments in calls.items():
                with self.subTest(user.name, method=method), self.assertRaises(AccessError):
                    self.step(method, *arguments, user=user)
            with self.subTest(user.name, method="read"), self.assertRaises(AccessError):
                theirs.read(["state"])
        for user in (self.clinician, self.manager, system, self.outsider, stranger):
            with self.subTest(user.name, method="begin"), self.assertRaises(AccessError):
                self.begin(user)

    def test_a_representative_who_was_removed_meanwhile_cannot_go_on(self):
        self.accept_all()
        values = self.values()
        self.practice.legal_representative_ids = [Command.clear()]
        with self.assertRaises(AccessError):
            self.step("verify", values, "key")

    def test_there_is_no_other_door(self):
        for name in ("unlink", "write", "_end", "_verify", "sudo", "", None):
            with self.subTest(name), self.assertRaisesRegex(UserError, "doesn't exist"):
                self.step(name)

    def test_what_was_typed_is_not_among_the_arguments_that_odoo_logs(self):
        self.accept_all()
        with self.assertLogs("odoo", "DEBUG") as log:
            self.verify()
        for value in ("Passes", "1234567893", "8028632345"):
            self.assertNotIn(value, "".join(log.output))

    def test_the_group_alone_is_not_enough(self):
        group = self.env.ref("direct_messaging.group_legal_representative")
        self.outsider.group_ids += group
        with self.assertRaises(AccessError):
            self.begin(self.outsider)

    def test_a_representative_who_left_is_shown_and_the_successor_repeats_it(self):
        self.accept_all()
        self.verify()
        self.assertFalse(self.practice.representative_left)
        successor = self.make_user("Sue Successor", "base.group_user")
        self.practice.legal_representative_ids = successor
        self.assertTrue(self.practice.representative_left)
        self.assertTrue(self.practice.with_user(successor).can_authenticate)
        self.enrollment = self.begin(successor)
        self.accept_all()
        self.verify()
        self.assertEqual(self.practice.authenticated_by_id, successor)
        self.assertFalse(self.practice.representative_left)

    # --- the provider's own page ------------------------------------------------------------

    def test_the_way_back_from_a_hosted_page_is_for_the_same_person_only(self):
        hisp = self.provider._hisp()
        enrollments = self.env["direct.enrollment"].with_user(self.representative)
        practice = self.practice.with_user(self.representative)
        with patch.object(type(hisp), "hosted_enrollment_url", autospec=True) as page:
            page.side_effect = lambda _self, _domain, _reference, return_url: return_url
            url = enrollments._open_hosted_page(practice, hisp)["url"]
        token = url.rpartition("/")[2]
        self.assertFalse(
            self.env["direct.enrollment"]
            .with_user(self.clinician)
            ._returned_from_hosted_page(token)
        )
        for bad in ("", "x", token[:-3]):
            self.assertFalse(enrollments._returned_from_hosted_page(bad))
        self.assertEqual(enrollments._returned_from_hosted_page(token).id, practice.id)
        self.assertEqual(self.practice.authentication_state, "not_authenticated")
        self.sandbox.authenticate(self.practice.domain)
        enrollments._returned_from_hosted_page(token)
        self.assertEqual(self.practice.authenticated_by_id, self.representative)

    def test_a_provider_that_breaks_says_nothing_private(self):
        self.accept_all()
        values = self.values()
        with (
            patch(
                "odoo.addons.direct_messaging.hisp.sandbox.SandboxHisp.verify",
                side_effect=errors.BadAnswer,
            ),
            self.assertRaises(UserError) as caught,
        ):
            self.step("verify", values, "key")
        self.assertNotIn("Passes", str(caught.exception))
        self.assertTrue(caught.exception.__suppress_context__)
