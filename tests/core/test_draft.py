"""What is saved, sent or signed is what the window shows."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...exceptions import ChangedElsewhere, Problems
from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestDraft(DirectCommon):
    def drafts(self):
        """The draft behind each kind of window, and a field that is typed in it."""
        letter = self.env["direct.letter"].with_user(self.clinician)
        received = self.env["direct.message"].create(
            {
                "direction": "in",
                "state": "received",
                "account_id": self.account.id,
                "from_address": "maya.chen@lakeview-cardiology.direct.sandbox.test",
                "to_address": self.account.address,
                "subject": "Question",
                "patient_id": self.patient.id,
            }
        )
        referral = self.make_referral()
        setup = self.env["direct.setup"].with_user(self.clinician)._open()["res_id"]
        sent = self.send(self.make_referral())
        resend = self.env["direct.resend"].with_user(self.clinician)._open(sent)["res_id"]
        answer = self.env["direct.referral.answer"].with_user(self.clinician)
        return {
            "referral": (referral, "body"),
            "letter": (letter._begin(received, "reply"), "body"),
            "note": (self.make_note(signed=False), "plan"),
            "set-up": (self.env["direct.setup"].with_user(self.clinician).browse(setup), "label"),
            "send again": (
                self.env["direct.resend"].with_user(self.clinician).browse(resend),
                "to_address",
            ),
            "answer": (
                answer.browse(answer._open(sent.referral_id, "closed", "Close Loop")["res_id"]),
                "note",
            ),
            "provider": (self.provider.with_user(self.manager), "support_name"),
        }

    def window(self, draft, **shown):
        """`draft` as a window calls it that shows what is stored now."""
        shown = {
            "model": draft._name,
            "id": draft.id,
            "version": draft.version,
            "user_id": draft.env.uid,
            **shown,
        }
        return draft.with_context(direct_shown=shown)

    def test_a_window_never_saves_over_what_another_one_saved(self):
        for title, (draft, field) in self.drafts().items():
            with self.subTest(title):
                first, second = self.window(draft), self.window(draft)
                [saved] = first.web_save({field: "CONTINUE"}, {"version": {}})
                self.assertGreater(saved["version"], first.env.context["direct_shown"]["version"])
                with self.assertRaises(ChangedElsewhere), self.cr.savepoint():
                    second.web_save({field: "STOP"}, {"version": {}})
                self.assertEqual(draft[field], "CONTINUE")
                self.window(draft).web_save({field: "STOP"}, {"version": {}})
                self.assertEqual(draft[field], "STOP")

    def test_what_was_not_shown_is_neither_sent_nor_signed(self):
        drafts = self.drafts()
        for title, method in (
            ("referral", "action_send_message"),
            ("letter", "action_send_message"),
            ("note", "action_sign"),
        ):
            draft, field = drafts[title]
            window = self.window(draft)
            draft.write({field: "Please STOP"})
            with self.subTest(title), self.assertRaises(ChangedElsewhere), self.cr.savepoint():
                getattr(window, method)()
            self.assertEqual(draft.state, "draft")
            getattr(self.window(draft), method)()
            self.assertNotEqual(draft.state, "draft")

    def test_recipients_and_lines_are_part_of_what_is_shown(self):
        referral, note = self.make_referral(), self.make_note(signed=False)
        line = {"note_id": note.id, "name": "Metoprolol 50 mg"}
        lines = note.env["direct.clinical.medication"]
        for draft, method, change in (
            (
                referral,
                "action_send_message",
                lambda: referral.add_recipient(
                    {"address": "omar.haddad@lakeview-cardiology.direct.sandbox.test"}
                ),
            ),
            (
                referral,
                "action_send_message",
                lambda: referral.remove_recipient(referral.recipient_ids[0].id),
            ),
            (note, "action_sign", lambda: lines.create(line)),
            (note, "action_sign", lambda: note.medication_ids.write({"name": "Bisoprolol 5 mg"})),
            (note, "action_sign", lambda: note.medication_ids.unlink()),
        ):
            window = self.window(draft)
            change()
            with self.subTest(method), self.assertRaises(ChangedElsewhere), self.cr.savepoint():
                getattr(window, method)()

    def test_a_window_left_open_by_somebody_else_changes_nothing(self):
        note = self.make_note(signed=False)
        window = self.window(note, user_id=self.colleague.id)
        with self.assertRaisesRegex(AccessError, "logged in as Dr. Zoë Adler"):
            window.web_save({"plan": "STOP"}, {})

    def test_what_the_server_notes_by_itself_is_no_new_version(self):
        referral = self.make_referral()
        version = referral.version
        referral.sudo().write({"sent_at": False})
        referral.message_subscribe(self.colleague.partner_id.ids)
        self.assertEqual(referral.version, version)

    def test_a_window_of_another_record_says_nothing_about_this_one(self):
        referral, other = self.make_referral(), self.make_note(signed=False)
        shown = self.window(other).env.context["direct_shown"]
        other.write({"plan": "Changed"})
        referral.with_context(direct_shown=shown).action_send_message()
        self.assertNotEqual(referral.state, "draft")

    def test_what_was_typed_is_there_when_the_window_is_opened_again(self):
        for title in ("set-up", "send again", "answer"):
            draft, field = self.drafts()[title]
            with self.subTest(title):
                draft.write({field: "half-typed"})
                again = draft.browse(self.open_again(draft)["res_id"])
                self.assertEqual((again, again[field]), (draft, "half-typed"))

    def open_again(self, draft):
        match draft._name:
            case "direct.setup":
                return draft._open(draft.referral_id)
            case "direct.resend":
                return draft._open(draft.message_id)
            case "direct.referral.answer":
                return draft._open(draft.referral_id, draft.answer, "Close Loop")

    def test_problems_come_all_at_once_each_with_its_field(self):
        referral = self.make_referral(recipients=(), reason=False, subject=False)
        with self.assertRaises(Problems) as caught:
            referral.action_send_message()
        problems = caught.exception.context["problems"]
        self.assertEqual(
            {problem["field"] for problem in problems}, {"recipient_ids", "reason", "subject"}
        )
        self.assertEqual(str(caught.exception).splitlines(), [p["text"] for p in problems])

    def test_a_result_belongs_to_what_was_tested(self):
        provider = self.provider.with_user(self.manager)
        for values in (
            {"base_url": "https://hisp-b.test", "api_key": "key"},
            {"api_key": "another key"},
            {"tls_floor": "1.3", "api_key": "key"},
        ):
            provider.action_test_connection()
            self.assertTrue(provider.check_result)
            with self.subTest(values):
                provider.write(values)
                self.assertFalse(provider.check_result or provider.check_ok or provider.checked_at)
        provider.action_test_connection()
        provider.write({"support_name": "Help Desk"})
        self.assertTrue(provider.check_result)

    def test_what_is_permanent_is_created_only_as_it_was_shown(self):
        setup = self.env["direct.setup"].with_user(self.colleague)
        setup = setup.browse(setup._open()["res_id"])
        setup.username = "ben.okoro"
        window = setup.with_context(shown_address_preview=f"ben@{self.practice.domain}")
        with self.assertRaisesRegex(Problems, "would create ben.okoro@"):
            window.action_create_username()
        self.assertFalse(setup.account_id)
        window.with_context(shown_address_preview=setup.address_preview).action_create_username()
        self.assertEqual(setup.account_id.address, f"ben.okoro@{self.practice.domain}")
