"""A practice at a provider that is reached by e-mail: from connecting it to a bounce."""

import time
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ...hisp import edge
from ..common import DirectCommon
from ..hisp import mail_peer
from ..hisp.mail_peer import notice

ZOE, BEN = "dr.zoe@hisp-a.test", "ben@hisp-a.test"
MAYA = "maya.chen@hisp-b.test"
WAIT_SECONDS = 30


@tagged("post_install", "-at_install")
class TestEdgeJourney(DirectCommon):
    authenticated = False

    @classmethod
    def setUpClass(cls):
        cls.peer = cls.enterClassContext(mail_peer.running())
        for address in (ZOE, BEN, MAYA):
            cls.peer.add(address)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        # The database forgets what the test before did, and would receive its messages again
        for address in (ZOE, BEN, MAYA):
            self.peer.empty(address)

    @classmethod
    def make_provider(cls, **values):
        return cls.env["direct.provider"].create(
            {
                "name": "Provider by E-Mail",
                "code": "edge",
                "state": "test",
                "ca_certificate": cls.peer.ca,
                "private_network": True,
                "edge_smtp_host": "127.0.0.1",
                "edge_smtp_port": cls.peer.ports["submission"],
                "edge_imap_host": "127.0.0.1",
                "edge_imap_port": cls.peer.ports["imaps"],
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

    def enter(self, setup, domain="hisp-a.test", username="dr.zoe", login=ZOE, password=None):
        """Enter all in the order of the steps, as the window does."""
        if setup.step == "domain":
            setup.label = domain
            setup.action_create_domain()
        setup.write({"username": username, "mailbox_login": login})
        password = mail_peer.PASSWORD if password is None else password
        setup.with_context(mailbox_password=password).action_create_username()

    def authenticate(self):
        self.practice.legal_representative_ids = self.representative
        self.practice._set_authenticated()

    def ready(self):
        """Set the clinician up and authenticate the practice."""
        self.enter(self.open_setup())
        self.authenticate()

    def wait_for(self, message, state):
        deadline = time.monotonic() + WAIT_SECONDS
        while message.state != state:
            self.assertLess(time.monotonic(), deadline, f"{message.state}\n{self.peer.log()}")
            time.sleep(0.2)
            self.run_cron("ir_cron_poll")

    def send_one(self, recipient=MAYA):
        message = self.send(self.make_referral(recipients=(recipient,)))
        self.run_cron("ir_cron_send")
        return message

    def make_referral(self, author=None, recipients=(MAYA,), **values):
        note = self.make_note(author)
        referral = note.env["direct.referral"]._begin(note)
        for recipient in recipients:
            referral.add_recipient({"address": recipient, "name": "Maya Chen"})
        referral.write({"reason": "Please evaluate.", **values})
        return referral

    # --- the provider ------------------------------------------------------------------------

    def test_the_connection_is_tested_in_words(self):
        provider = self.provider.with_user(self.manager)
        provider.confirmation_minutes = 180
        provider.action_test_connection()
        self.assertTrue(provider.check_ok, provider.check_result)
        self.assertEqual(provider.confirmation_minutes, 180, "nobody told another one")
        self.assertIn("No login was tested", provider.check_result)
        self.assertGreater(provider.max_message_bytes, 10_000_000)
        for changes, words in (
            ({"edge_smtp_port": self.peer.ports["smtp_expired"]}, r"Sending \(SMTP\).*expired"),
            ({"shared_login": ZOE, "shared_password": "wrong"}, "login or password"),
            # Another authority is another server: what was entered for the first is asked again
            ({"ca_certificate": "nonsense", "shared_password": "x"}, "valid PEM certificate"),
        ):
            with self.subTest(words):
                provider.write(changes)
                provider.action_test_connection()
                self.assertFalse(provider.check_ok)
                self.assertRegex(provider.check_result, words)
                provider.write(
                    {
                        "edge_smtp_port": self.peer.ports["submission"],
                        "shared_login": False,
                        "shared_password": "x",
                        "ca_certificate": self.peer.ca,
                    }
                )

    def test_what_is_missing_is_named_before_it_is_enabled(self):
        for changes, words in (
            ({"edge_smtp_host": False}, "enter: Sending: Server"),
            ({"edge_imap_port": 0}, "enter: Receiving: Port"),
            ({"shared_login": "practice"}, "enter: Shared Password"),
            ({"client_certificate": "PEM"}, "enter: Client Key"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.make_provider(**changes)
        self.make_provider(shared_login="practice", shared_password="secret")

    def test_secrets_are_sealed_and_never_read_back(self):
        self.ready()
        account = self.practice.account_ids.with_user(self.manager).sudo(False)
        provider = self.provider.with_user(self.manager)
        account.mailbox_password = "changed secret"
        provider.write(
            {"shared_login": "x", "shared_password": "shared secret", "client_key": "key secret"}
        )
        self.env.flush_all()
        for table in ("direct_account", "direct_provider", "direct_setup"):
            self.env.cr.execute(SQL("SELECT * FROM %s", SQL.identifier(table)))
            rows = str(self.env.cr.fetchall())
            self.assertNotIn("secret", rows)
            self.assertNotIn(mail_peer.PASSWORD, rows)
        for record, name in (
            (account, "mailbox_password"),
            (provider, "shared_password"),
            (provider, "client_key"),
        ):
            self.assertFalse(record.read([name])[0][name])
            with self.assertRaises(AccessError):
                record.read([f"{name}_sealed"])
        config = self.provider._hisp_config()
        self.assertEqual(
            [mailbox.password for mailbox in config.mailboxes], ["shared secret", "changed secret"]
        )
        self.assertEqual(config.client_key, "key secret")
        with self.assertRaises(AccessError):
            self.practice.account_ids.with_user(self.clinician).sudo(False).write(
                {"mailbox_password": "mine"}
            )

    # --- set-up ------------------------------------------------------------------------------

    def test_set_up_takes_over_what_exists_and_proves_the_mailbox(self):
        setup = self.open_setup()
        self.assertTrue(setup.exists_at_provider)
        self.assertFalse(setup.label)
        with Form(setup) as form:
            form.label = "hisp a"
            self.assertTrue(form.label_problem)
            form.label = "HISP-A.test"
            self.assertFalse(form.label_problem)
        setup.action_create_domain()
        self.assertEqual(setup.step, "username")
        self.assertFalse(self.practice.domain, "nothing is permanent before it is proven")
        self.enter(setup)
        self.assertEqual((setup.step, setup.direct_address), ("complete", ZOE))
        self.assertEqual(self.practice.domain, "hisp-a.test")
        self.run_cron("ir_cron_poll")
        self.assertTrue(self.env["direct.original"].search([]), "the proof was not fetched")
        arrived = self.env["direct.message"].search([("direction", "=", "in")])
        self.assertFalse(arrived, "the proof is no message")
        self.provider.with_user(self.manager).action_test_connection()
        self.assertTrue(self.provider.check_ok)
        self.assertNotIn("No login", self.provider.check_result)

        second = self.open_setup(self.colleague)
        self.assertEqual(second.step, "username")
        self.enter(second, username="ben", login=BEN)
        self.assertEqual(second.direct_address, BEN)

    def test_the_password_of_the_mailbox_stays_in_the_window_only(self):
        setup = self.open_setup()
        # The window saves, is told what it saved, and gives the password with the button
        [told] = setup.web_save({"mailbox_password": "typed"}, {"mailbox_password": {}})
        self.assertEqual(told["mailbox_password"], "typed")
        setup.invalidate_recordset()
        self.assertFalse(setup.mailbox_password)

    def test_what_cannot_be_proven_is_explained_and_can_be_corrected(self):
        setup = self.open_setup()
        for label in ("", "practice", "a b.test", "-x.test"):
            setup.label = label
            with (
                self.subTest(label),
                self.assertRaisesRegex(
                    UserError, "isn't a valid domain|Enter a Direct address like"
                ),
            ):
                setup.action_create_domain()
        for changes, words in (
            ({"password": "wrong"}, "login or password"),
            ({"password": ""}, "Enter the mailbox password"),
            ({"login": ""}, "Enter your mailbox login"),
            ({"username": "dr zoe"}, "before the @"),
            ({"username": "ben"}, "doesn't recognize the sender|arrived"),
        ):
            with self.subTest(changes), self.assertRaisesRegex(UserError, words):
                self.enter(setup, **changes)
            self.assertEqual(setup.step, "username")
        self.assertFalse(self.practice.domain)
        self.enter(setup)
        self.assertEqual(setup.step, "complete")

    def test_a_proof_that_is_slow_goes_on_when_continue_is_pressed_again(self):
        slow = self.peer.add("dr.slow@hisp-a.test").login
        setup = self.open_setup()
        with (
            patch.object(edge, "PROOF_SECONDS", 0),
            self.assertRaisesRegex(UserError, "press Continue again"),
        ):
            self.enter(setup, username="dr.slow", login=slow)
        time.sleep(2)
        with patch.object(edge, "PROOF_SECONDS", 0):
            self.enter(setup, username="dr.slow", login=slow)
        self.assertEqual(setup.direct_address, slow)

    def test_a_mailbox_that_all_share(self):
        self.peer.add("shared@hisp-a.test")
        self.provider.write(
            {"shared_login": "shared@hisp-a.test", "shared_password": mail_peer.PASSWORD}
        )
        setup = self.open_setup()
        self.assertTrue(setup.shares_mailbox)
        self.enter(setup, username="shared", login="", password="")
        self.assertEqual(setup.direct_address, "shared@hisp-a.test")
        [mailbox] = self.provider._hisp_config().mailboxes
        self.assertEqual(mailbox.addresses, ("shared@hisp-a.test",))

    def test_an_address_is_taken_over_once(self):
        self.enter(self.open_setup())
        with self.assertRaisesRegex(UserError, "belongs to another user"):
            self.enter(self.open_setup(self.colleague))

    def test_no_user_writes_anything_else(self):
        setup = self.open_setup()
        for values in ({"provider_id": self.provider.id}, {"step": "complete"}):
            with self.subTest(values), self.assertRaises(AccessError):
                setup.write(values)

    # --- authentication ----------------------------------------------------------------------

    def test_authentication_at_the_provider_is_recorded_by_the_legal_representative(self):
        self.enter(self.open_setup())
        message = self.send(self.make_referral())
        self.assertEqual(message.state, "held")
        self.practice.legal_representative_ids = self.representative
        practice = self.practice.sudo(False).with_user(self.representative)
        self.assertTrue(practice.provider_authenticates)
        with identity(time.time()):
            action = practice.action_authenticate()
            window = (
                self.env[action["res_model"]]
                .with_user(self.representative)
                .browse(action["res_id"])
            )
            with self.assertRaisesRegex(UserError, "reference"):
                window.action_record()
            window.reference = " case 4711 "
            window.action_record()
        self.assertEqual(practice.authentication_state, "authenticated")
        self.assertEqual(practice.authenticated_by_id, self.representative)
        self.assertEqual(practice.authentication_reference, "case 4711")
        self.assertTrue(practice.authenticated_at)
        self.assertEqual(message.state, "queued")

    def test_nobody_else_records_it(self):
        self.enter(self.open_setup())
        self.practice.legal_representative_ids = self.representative
        other = self.make_user("Lou Other", "direct_messaging.group_legal_representative")
        with identity(time.time()):
            for user in (self.clinician, self.manager, self.outsider, other):
                practice = self.practice.sudo(False).with_user(user)
                with self.subTest(user.name), self.assertRaises(AccessError):
                    practice.action_authenticate()
            action = self.practice.sudo(False).with_user(self.representative).action_authenticate()
            window = self.env[action["res_model"]].browse(action["res_id"])
            for user in (self.clinician, self.manager, other):
                with self.subTest(user.name), self.assertRaises(AccessError):
                    window.with_user(user).action_record()
            with self.assertRaises(AccessError):
                window.with_user(self.representative).write({"practice_id": self.practice.id})
        self.assertEqual(self.practice.authentication_state, "not_authenticated")

    def test_the_password_is_asked_for_first(self):
        self.enter(self.open_setup())
        self.practice.legal_representative_ids = self.representative
        with identity(0):
            action = self.practice.sudo(False).with_user(self.representative).action_authenticate()
        self.assertEqual(action["res_model"], "res.users.identitycheck")

    # --- messages ----------------------------------------------------------------------------

    def test_a_referral_is_processed_and_delivered_by_notices(self):
        self.ready()
        message = self.send_one()
        self.assertEqual(message.state, "accepted")
        self.assertEqual(message.external_id, f"<{message.idempotency_key}@hisp-a.test>")
        config = self.peer.config(self.peer.add(MAYA))
        maya = edge.EdgeHisp(config)
        self.addCleanup(maya.close)
        deadline = time.monotonic() + WAIT_SECONDS
        while not (items := maya.feed(MAYA).items):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        received = maya.read_item(maya.fetch(items[0])).message
        self.assertEqual(received.sender, ZOE)
        self.assertEqual(received.context["patient"]["surname"], "Quill")
        documents = [document.content for document in received.attachments]
        self.assertEqual(documents, message.attachment_ids.mapped("raw"))
        self.assertNotIn("Quill", received.subject)
        for disposition, state in (("processed", "accepted"), ("dispatched", "delivered")):
            self.peer.deliver(MAYA, ZOE, notice(received.message_id, disposition, MAYA, ZOE))
            self.wait_for(message, state)
        self.wait_for(message, "delivered")
        self.assertIn("processed", message.event_ids.mapped("type"))

    def test_a_bounce_is_a_failed_message_with_a_sentence(self):
        self.ready()
        message = self.send_one("ghost@hisp-b.test")
        self.assertEqual(message.state, "accepted")
        self.wait_for(message, "failed")
        self.assertIn("address doesn't exist", message.problem)
        [row] = message.referral_id.with_user(self.clinician).direct_delivery()
        self.assertEqual(row["tone"], "danger")
        self.assertIn("address doesn't exist", row["sentence"])

    def test_a_refusal_is_a_failed_message_with_a_sentence(self):
        self.ready()
        message = self.send_one("unknown@hisp-b.test")
        self.assertEqual(message.state, "failed")
        self.assertIn("address doesn't exist", message.problem)

    def test_a_notice_that_fits_nothing_is_for_a_person_to_read(self):
        self.ready()
        self.peer.deliver(MAYA, ZOE, notice("<nobody@nowhere.test>", "failed", MAYA, ZOE))
        message = self.wait_for_message()
        self.assertEqual((message.nature, message.user_id), ("notice", self.clinician))
        event = self.env["direct.message.event"].search([("is_unmatched", "=", True)])
        self.assertEqual(event.external_message_id, "<nobody@nowhere.test>")
        self.assertEqual((event.sender, event.message_id.id), (ZOE, False))
        self.assertEqual(event.original_id, message.original_ids)

    def wait_for_message(self):
        """Poll until something is in the inbox."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (found := self.env["direct.message"].search([("direction", "=", "in")])):
            self.assertLess(time.monotonic(), deadline, self.peer.log())
            time.sleep(0.1)
            self.run_cron("ir_cron_poll")
        return found


def identity(checked_at):
    """As in a request of a user who gave the password at that time (Unix)."""
    session = Session({"identity-check-last": checked_at})
    request = SimpleNamespace(session=session)
    return patch("odoo.addons.base.models.res_users.request", request)


class Session(dict):
    debug = ""
