"""The journey in a real browser: static/tests/tours/."""

from odoo.tests import HttpCase, tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestJourney(DirectCommon, HttpCase):
    authenticated = False

    def test_starting_the_authentication_asks_for_the_password(self):
        practice = self.env["direct.practice"]._of_company(self.company)
        practice.legal_representative_ids = self.representative
        practice._create_domain(self.company, "password-first")
        self.authenticate(self.representative.login, self.representative.login)
        action = self.make_jsonrpc_request(
            "/web/dataset/call_button/direct.practice/action_authenticate",
            {
                "model": "direct.practice",
                "method": "action_authenticate",
                "args": [practice.ids],
                "kwargs": {},
            },
        )
        self.assertEqual(action["res_model"], "res.users.identitycheck")
        self.assertFalse(self.env["direct.enrollment"].search([]))

    def test_a_first_referral_leads_through_set_up_and_is_delivered(self):
        practice = self.env["direct.practice"]._of_company(self.company)
        practice.legal_representative_ids = self.representative
        note = self.make_note()
        self.start_tour(
            f"/odoo/clinical-notes/{note.id}",
            "direct_messaging_first_referral",
            login=self.clinician.login,
        )
        message = note.direct_referral_ids.sudo().direct_message_ids
        self.assertEqual(message.state, "held")
        self.sandbox.authenticate(practice.domain)
        self.run_cron("ir_cron_poll")
        self.run_cron("ir_cron_send")
        self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "delivered")
        self.assertIn("As it was written", message.body)


@tagged("post_install", "-at_install")
class TestInboxJourney(DirectCommon, HttpCase):
    def test_a_report_is_read_filed_and_answered(self):
        id_ = self.sandbox.write_to(
            self.account.address,
            subject="Consultation",
            text="<b>All is well.</b>",
            context={
                "patient": {
                    "givenName": "Mary",
                    "surname": "Quill",
                    "dateOfBirth": "1980-02-29",
                    "gender": "female",
                }
            },
            examples=["pdf", "ccda"],
        )
        self.wait_for(id_, "dispatched")
        self.run_cron("ir_cron_poll")
        message = self.env["direct.message"].search([("external_id", "=", id_)])
        self.start_tour("/odoo", "direct_messaging_inbox", login=self.clinician.login)
        self.assertEqual((message.patient_id, message.is_done), (self.patient, True))
        self.run_cron("ir_cron_send")
        reply = message.reply_ids
        self.assertEqual(self.sandbox.message(reply.external_id)["in_reply_to"], id_)
