"""What another addon adds (docs/examples/direct_messaging_example): notes, a channel, a HISP."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestReferralMixin(DirectCommon):
    def make_visit(self, **values):
        return (
            self.env["example.visit"]
            .with_user(self.clinician)
            .create(
                {
                    "client_id": self.patient.id,
                    "findings": "Rash on both arms.",
                    "is_closed": True,
                    **values,
                }
            )
        )

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
