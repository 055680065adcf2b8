from odoo.tests import tagged

from .common import DirectCommon


@tagged("post_install", "-at_install")
class TestReferral(DirectCommon):
    def test_a_referral_is_delivered(self):
        referral = self.make_referral()
        message = self.send(referral)
        self.assertEqual(message.state, "queued")

        self.run_cron("ir_cron_send")
        self.assertEqual(message.state, "accepted")
        self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "delivered")
        self.assertEqual(referral.state, "delivered")
