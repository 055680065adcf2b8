import base64
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ...phimail_stand_in import testing
from ..common import DirectCommon

ZOE, BEN = "dr.zoe@willow.direct.example.test", "ben@willow.direct.example.test"
MAYA = "maya.chen@lakeview.direct.example.test"
DOMAIN = "willow.direct.example.test"


@tagged("post_install", "-at_install")
class TestPhimail(DirectCommon):
    """From set-up to a delivered referral and back, with phiMail as the provider."""

    authenticated = False

    @classmethod
    def setUpClass(cls):
        cls.phimail = cls.enterClassContext(testing.running())
        for login in (ZOE, BEN):
            cls.phimail.do("add_account", login=login, password=f"of {login}", members=[])
        super().setUpClass()

    @classmethod
    def make_provider(cls, **values):
        return cls.env["direct.provider"].create(
            {
                "name": "EMR Direct",
                "code": "phimail",
                "state": "test",
                "private_network": True,
                "ca_certificate": cls.phimail.ca,
                "phimail_host": "localhost",
                "phimail_port": cls.phimail.ports["tls"],
                **values,
            }
        )

    @property
    def practice(self):
        return self.env["direct.practice"]._of_company(self.company)

    def open_setup(self, user=None):
        user = user or self.clinician
        action = self.env["direct.setup"].with_user(user).action_open()
        return self.env["direct.setup"].with_user(user).browse(action["res_id"])

    def enter(self, setup, username="dr.zoe", login=ZOE, password=f"of {ZOE}"):
        if setup.step == "domain":
            setup.label = DOMAIN
            setup.action_create_domain()
        setup.write({"username": username, "mailbox_login": login})
        setup.with_context(mailbox_password=password).action_create_username()

    def ready(self):
        self.enter(self.open_setup())
        self.practice.legal_representative_ids = self.representative
        self.practice._set_authenticated()

    def send_one(self):
        message = self.send(self.make_referral(recipients=(MAYA,)))
        self.run_cron("ir_cron_send")
        return message

    def deliver(self, text):
        self.phimail.do(
            "deliver",
            recipient=ZOE,
            sender=MAYA,
            id="id-of-the-sender",
            headers=[f"From: {MAYA}", "Subject: Answer"],
            type="text/plain",
            text=base64.b64encode(text.encode()).decode(),
            documents=[],
        )

    def test_set_up_proves_an_address_by_its_login(self):
        setup = self.open_setup()
        self.assertIn("we log in", setup.proof_sentence)
        for login, password in ((ZOE, "wrong"), (BEN, f"of {ZOE}")):
            with self.subTest(login), self.assertRaisesRegex(UserError, "login or password"):
                self.enter(setup, login=login, password=password)
            self.assertFalse(self.practice.domain)
        self.enter(setup)
        self.assertEqual((setup.step, setup.direct_address), ("complete", ZOE))
        self.provider.with_user(self.manager).action_test_connection()
        self.assertTrue(self.provider.check_ok, self.provider.check_result)

    def test_one_s_login_proves_nobody_else_s_address(self):
        self.enter(self.open_setup())
        with self.assertRaisesRegex(UserError, "login or password"):
            self.enter(self.open_setup(self.colleague), "ben", ZOE, f"of {ZOE}")

    def test_a_referral_is_delivered_and_answered(self):
        self.ready()
        message = self.send_one()
        self.assertEqual(message.state, "accepted", message.problem)
        [sent] = self.phimail.do("sent", sender=ZOE)[-1:]
        self.assertEqual(sent["id"], message.external_id)
        names = [part["name"] for part in sent["parts"]]
        self.assertIn("Clinical_Note.pdf", names)
        self.assertTrue(any(part["type"] == "application/xml" for part in sent["parts"]))
        self.assertIn("Quill", sent["context"])
        self.deliver("She is well.")
        self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "delivered")
        arrived = self.env["direct.message"].search([("direction", "=", "in")])
        self.assertEqual((arrived.body, arrived.account_id.address), ("She is well.", ZOE))
        self.assertEqual(self.phimail.do("waiting", queue=ZOE), 0)

    def test_a_lost_answer_is_for_a_person_to_decide(self):
        self.ready()
        self.phimail.do("set_fault", kind="close_after_send")
        before = len(self.phimail.do("sent", sender=ZOE))
        message = self.send_one()
        for _again in range(3):
            # Asked about when it is due, which nobody can answer
            message.next_attempt_at = fields.Datetime.now()
            self.run_cron("ir_cron_send")
        self.assertEqual(message.state, "uncertain")
        self.assertEqual(len(self.phimail.do("sent", sender=ZOE)), before + 1)

    def test_a_letter_that_cannot_be_read_holds_up_nothing_behind_it(self):
        self.ready()
        reading = type(self.provider._hisp()).read_item

        def fails(item):
            if b"This one" in item.content:
                raise ValueError
            return reading(item)

        self.deliver("This one")
        message = self.send_one()
        self.deliver("The next one")
        with (
            patch.object(type(self.provider._hisp()), "read_item", staticmethod(fails)),
            self.assertLogs("odoo.addons.direct_messaging", "ERROR"),
        ):
            self.run_cron("ir_cron_poll")
        self.assertEqual(message.state, "delivered")
        arrived = self.env["direct.message"].search([("direction", "=", "in")])
        self.assertEqual(arrived.mapped("body"), ["The next one"])
        stuck = self.env["direct.original"].search([("state", "=", "stuck")])
        self.assertIn(b"This one", stuck.attachment_id.raw)

    def test_settings_that_miss_are_named(self):
        table = [
            ({"phimail_host": False}, "enter: Server"),
            ({"phimail_port": 0}, "enter: Port"),
            ({"shared_login": "@willow"}, "enter: Shared Password"),
            ({"client_certificate": "PEM"}, "enter: Client Key"),
        ]
        for changes, words in table:
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.make_provider(**changes)

    def test_the_form_shows_what_the_kind_uses(self):
        with Form(self.provider.with_user(self.manager)) as form:
            for name, is_hidden in (
                ("phimail_host", False),
                ("shared_login", False),
                ("client_certificate", False),
                ("base_url", True),
                ("api_key", True),
                ("edge_smtp_host", True),
            ):
                with self.subTest(name):
                    self.assertEqual(form._get_modifier(name, "invisible"), is_hidden)
