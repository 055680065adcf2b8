"""What another addon adds (docs/examples/direct_messaging_example): notes, a channel, a HISP."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .visits import VisitCommon


@tagged("post_install", "-at_install")
class TestReferralMixin(VisitCommon):
    def test_a_foreign_note_is_referred_and_delivered(self):
        visit = self.make_visit()
        referral = self.env["direct.referral"].browse(
            visit.action_send_referral("direct")["res_id"]
        )
        referral = referral.with_user(self.clinician)
        self.assertEqual(referral.reason, "Rash on both arms.")
        self.assertEqual(referral.patient_id, self.patient)
        self.assertEqual(referral.document_ids.raw, b"Rash on both arms.")
        referral.add_recipient({"address": "maya.chen@lakeview-cardiology.direct.sandbox.test"})
        message = self.send(referral)
        self.run_cron("ir_cron_send")
        self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "delivered")
        self.assertEqual(self.sandbox.attachment(message.external_id), b"Rash on both arms.")
        [row] = visit.direct_delivery()
        self.assertEqual(row["state"], "delivered")
        self.assertEqual(visit.direct_referral_ids, referral)
        self.assertEqual(referral.action_open_note()["res_model"], "example.visit")

    def test_a_kind_of_provider_of_another_addon_delivers(self):
        self.provider.code = "example"
        self.provider.with_user(self.manager).action_test_connection()
        self.assertTrue(self.provider.check_ok, self.provider.check_result)
        message = self.send(self.make_referral(note=self.make_visit()))
        self.run_cron("ir_cron_send")
        self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "delivered")

    def test_its_own_channel_stands_beside_direct_message(self):
        visit = self.make_visit()
        labels = [channel["label"] for channel in visit.direct_referral_channels()]
        self.assertEqual(labels, ["Direct Message", "Courier"])
        action = visit.action_send_referral("example_courier")
        self.assertIn("courier", action["params"]["message"])

    def test_its_hooks_are_asked(self):
        with self.assertRaisesRegex(UserError, "Sign the note first"):
            self.make_visit(is_closed=False).action_send_referral("direct")

    def test_only_who_may_read_the_note_may_refer_and_watch(self):
        visit = self.make_visit()
        for method, arguments in (
            ("direct_referral_channels", ()),
            ("action_send_referral", ("direct",)),
            ("direct_delivery", ()),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(visit.with_user(self.outsider), method)(*arguments)

    def test_what_was_reopened_or_is_about_somebody_else_is_not_sent(self):
        visit = self.make_visit()
        referral = self.make_referral(note=visit)
        for change, problem in (
            ({"is_closed": False}, "was reopened"),
            ({"client_id": self.make_patient("Tom Other").id}, "about another patient"),
        ):
            before = {name: visit[name] for name in change}
            visit.write(change)
            with self.subTest(problem), self.assertRaisesRegex(UserError, problem):
                referral.action_send_message()
            visit.write(before)
        self.assertFalse(referral.direct_message_ids)
        self.send(referral)
        self.assertEqual(referral.state, "sent")

    def test_a_note_that_a_referral_was_sent_from_stays(self):
        visit = self.make_visit()
        referral = self.refer(visit)
        for user in (self.clinician, self.env.user):
            with (
                self.subTest(user.name),
                self.assertRaisesRegex(UserError, f"sent from it .{referral.name}.") as refused,
            ):
                visit.with_user(user).unlink()
            self.assertNotIn("Quill", str(refused.exception))
        only_begun = self.make_visit()
        draft = self.make_referral(note=only_begun)
        only_begun.unlink()
        self.assertTrue(draft.exists())

    def test_what_was_sent_is_shown_whatever_became_of_the_note(self):
        referral = self.refer(self.make_visit())
        self.send(self.make_referral(note=self.make_visit()))
        referral.sudo().direct_message_ids.state = "failed"
        document = referral._ccda_to_read()
        self.env.flush_all()
        for gone, how in {
            "its row": "DELETE FROM example_visit WHERE id = %s",
            "its addon": "UPDATE direct_referral SET res_model = 'gone.visit' WHERE res_id = %s",
        }.items():
            self.env.cr.execute(how, [referral.res_id])
            self.env.invalidate_all()
            with self.subTest(gone):
                [row] = referral.direct_delivery()
                self.assertEqual(row["state"], "failed")
                actions = {action["method"] for action in row["actions"]}
                self.assertEqual(actions, {"action_send_again", "action_sent_another_way"})
                message = referral.direct_message_ids
                with self.assertRaisesRegex(UserError, "isn't available"):
                    message.action_send_by("example_courier")
                with self.assertRaisesRegex(UserError, "no longer exists"):
                    referral.action_open_note()
                self.assertEqual(referral._ccda_to_read(), document)
                with self.assertRaises(AccessError):
                    referral.with_user(self.colleague)._ccda_to_read()
                referral.read()

    def test_a_note_without_a_company_is_referred_by_the_one_that_one_works_in(self):
        visit = self.make_visit(company_id=False)
        self.assertEqual(self.make_referral(note=visit).company_id, self.company)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.clinician.company_ids += other
        visit.company_id = other
        self.assertEqual(self.make_referral(note=visit).company_id, other)
