"""The Updox adapter against its stand-in: levels, codes, per-recipient results, notices."""

import json
import threading
import uuid
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests
from odoo.tests import BaseCase, tagged

from ...hisp import errors
from ...hisp.base import Attachment, Capability, EventType, OutgoingMessage, Person, Practice
from ...hisp.updox import REFUSALS, UpdoxConfig, UpdoxHisp
from ...updox_stand_in.testing import running

RECIPIENT = "maya.chen@lakeview.direct.example.test"
PRACTICE = Practice("database/res.company/1", "Willow Creek", "1234567893", "+1 802-555-0199")
PERSON = Person("database/res.users/7", "Dr. Zoë van Adler", "1234567893")
OK = {"successful": True, "responseMessage": "OK", "responseCode": 2000}
NOW = 1_800_000_000


@tagged("post_install", "-at_install")
class TestUpdoxHisp(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.updox = cls.enterClassContext(running())

    def setUp(self):
        super().setUp()
        self.addCleanup(self.updox.clear_faults)
        self.application = self.updox.application()
        self.config = UpdoxConfig(
            self.updox.url,
            application_id=self.application.id,
            application_password=self.application.password,
            private_network=True,
        )
        self.hisp = UpdoxHisp(self.config)
        self.label = f"willow-{uuid.uuid4().hex[:8]}"

    def set_up(self, vetted=True):
        self.domain = self.hisp.create_domain(self.label, PRACTICE)
        self.sender = self.hisp.create_address(self.domain, "zoe", PERSON)
        if vetted:
            self.application.toggle_vetted(self.domain)

    def message(self, **changes):
        files = (Attachment("Note.pdf", "application/pdf", b"%PDF"),)
        message = OutgoingMessage(self.sender, RECIPIENT, "Referral", "Dear colleague", files)
        return replace(message, **changes)

    def send(self, **changes):
        return self.hisp.send(self.message(**changes), "key")

    # --- registration ------------------------------------------------------------------------

    def test_what_is_not_documented_is_off(self):
        self.assertEqual(
            self.hisp.capabilities,
            {Capability.HOSTED_ENROLLMENT, Capability.REGISTRATION, Capability.CALLBACKS},
        )

    def test_practice_and_user_are_saved_under_ids_made_from_our_references(self):
        self.set_up()
        looked = self.application.look()
        [practice], [user] = looked["practices"], looked["users"]
        self.assertEqual(practice["name"], "Willow Creek")
        self.assertEqual((practice["phone"], practice["practiceNpi"]), ("8025550199", "1234567893"))
        self.assertEqual((user["firstName"], user["lastName"]), ("Dr. Zoë van", "Adler"))
        self.assertEqual(user["accountId"], practice["accountId"])
        for id_ in (practice["accountId"], user["userId"]):
            self.assertRegex(id_, r"^[0-9a-f-]{36}$")

    def test_each_method_is_called_with_the_credentials_of_its_level(self):
        self.set_up()
        self.hisp.check()
        self.hisp.check_address(RECIPIENT, self.domain)
        self.send()
        self.hisp.register_callback("https://odoo.example/x", "secret")
        self.assertEqual(
            set(self.application.look()["calls"]),
            {
                "PingWithApplicationAuth as application",
                "PracticeList as application",
                "PracticeSave as application",
                "PracticeVettedToggle as account",
                "UserList as application",
                "UserSave as account",
                "DirectAddressValidate as account",
                "DirectMessageSend as user",
                "WebHookSave as application",
            },
        )

    def test_who_has_an_address_keeps_it(self):
        self.set_up()
        self.assertEqual(self.hisp.create_address(self.domain, "other", PERSON), self.sender)

    def test_a_representative_without_an_address_can_get_one_later(self):
        self.domain = self.hisp.create_domain(self.label, PRACTICE)
        self.hisp.hosted_enrollment_url(self.domain, PERSON, "https://odoo.example/back")
        [user] = self.application.look()["users"]
        self.assertIsNone(user["directAddress"])
        address = self.hisp.create_address(self.domain, "zoe", PERSON)
        self.assertEqual(address, f"zoe@{self.domain}")

    def test_the_suffix_of_domains_is_told_once_there_is_one(self):
        self.assertEqual(self.hisp.check().domain_suffix, "")
        self.set_up()
        self.assertEqual(self.hisp.check().domain_suffix, "direct.updox.test")

    def test_an_address_is_not_called_wrong_while_it_cannot_be_told(self):
        self.set_up(vetted=False)
        unvetted = self.hisp.check_address(RECIPIENT, self.domain)
        self.assertEqual((unvetted.valid, unvetted.trusted), (True, False))
        self.assertIn("once the practice is authenticated", unvetted.reason)
        with self.assertRaisesRegex(errors.Refused, "once the practice has a domain"):
            self.hisp.check_address(RECIPIENT)

    # --- refusals ----------------------------------------------------------------------------

    def test_every_documented_code_is_a_typed_error_with_a_sentence(self):
        self.set_up()
        for code, (kind, _sentence) in REFUSALS.items():
            self.updox.fault("DirectMessageSend", "code", code)
            with self.subTest(code), self.assertRaises(kind) as caught:
                self.send()
            error = caught.exception
            self.assertIs(type(error), kind)
            self.assertTrue(error.certain)
            self.assertEqual(error.temporary, kind is errors.NotAuthorized)
            self.assertTrue(error.sentence.endswith(".") and error.advice)
            self.assertEqual(error.reference, f"Updox {code}")

    def test_an_error_of_the_server_leaves_open_whether_it_was_sent(self):
        self.set_up()
        for code in (5000, 5100, 9999, 3000, 0):
            with self.subTest(code):
                self.updox.fault("DirectMessageSend", "code", code)
                with self.assertRaises(errors.BadAnswer):
                    self.send()
                self.updox.fault("PracticeList", "code", code)
                with self.assertRaises(errors.Busy):
                    self.hisp.is_authenticated(self.domain)

    def test_an_unknown_refusal_is_one(self):
        self.set_up()
        self.updox.fault("DirectMessageSend", "code", 4999)
        with self.assertRaises(errors.Refused) as caught:
            self.send()
        self.assertIs(type(caught.exception), errors.Refused)

    def test_what_updox_says_in_its_own_words_does_not_get_out(self):
        self.set_up()
        said = {"successful": False, "responseMessage": "Quill, Mary", "responseCode": 4060}
        self.updox.fault("DirectMessageSend", "answer", said)
        with self.assertRaises(errors.Refused) as caught:
            self.send()
        self.assertNotIn("Quill", repr(vars(caught.exception)))

    def test_a_practice_that_is_not_vetted_waits(self):
        self.set_up(vetted=False)
        with self.assertRaises(errors.NotAuthenticated):
            self.send()

    def test_a_wrong_username_is_said_so(self):
        self.set_up()
        with self.assertRaises(errors.AddressInvalid):
            self.hisp.create_address(self.domain, "a b", Person("other", "Other"))

    # --- results of sending ------------------------------------------------------------------

    def result(self, **changes):
        return {"directAddress": RECIPIENT, "messageId": 7, "success": True, **changes}

    def test_the_result_of_the_recipient_decides(self):
        self.set_up()
        invalid = {"messages": [], "invalidAddresses": [RECIPIENT.upper()]}
        for name, answer, expected in (
            ("invalid", OK | invalid, errors.InvalidAddress),
            ("failed", {"messages": [self.result(success=False)]}, errors.Refused),
            ("none", {"messages": []}, errors.BadAnswer),
            ("two", {"messages": [self.result(), self.result()]}, errors.BadAnswer),
            ("other", {"messages": [self.result(directAddress="x@y.z")]}, errors.BadAnswer),
            ("no id", {"messages": [self.result(messageId=None)]}, errors.BadAnswer),
            ("text", {"messages": [self.result(messageId="7")]}, errors.BadAnswer),
            ("no list", {"messages": "yes"}, errors.BadAnswer),
            ("contradiction", {**self.contradiction, "messages": []}, errors.BadAnswer),
            ("success as text", {"successful": "true"}, errors.BadAnswer),
        ):
            self.updox.fault("DirectMessageSend", "answer", OK | answer)
            with self.subTest(name), self.assertRaises(errors.HispError) as caught:
                self.send()
            self.assertIs(type(caught.exception), expected, name)

    contradiction = {"successful": False, "responseCode": 2000}

    def test_lists_of_another_shape_are_no_surprise(self):
        self.set_up()
        for answer in (
            {},
            {"practiceList": None},
            {"practiceList": [None]},
            {"practiceList": [{"accountId": 5}]},
            {"practiceList": [{"accountId": "a", "vetted": "yes", "active": True}]},
        ):
            self.updox.fault("PracticeList", "answer", OK | answer)
            with self.subTest(answer), self.assertRaises(errors.Busy):
                self.hisp.is_authenticated(self.domain)

    def test_the_administrators_limit_is_kept(self):
        self.hisp = UpdoxHisp(replace(self.config, max_message_bytes=1000))
        self.set_up()
        self.assertEqual(self.hisp.check().max_message_bytes, 1000)
        self.send(attachments=(Attachment("a", "text/plain", b"x" * 900),))
        with self.assertRaises(errors.TooLarge):
            self.send(attachments=(Attachment("a", "text/plain", b"x" * 990),))

    # --- enrollment --------------------------------------------------------------------------

    def test_the_activation_page_is_that_of_the_representative(self):
        self.set_up(vetted=False)
        url = self.hisp.hosted_enrollment_url(self.domain, PERSON, "https://odoo.example/back")
        [user] = self.application.look()["users"]
        self.assertEqual(
            url,
            f"{self.updox.url}/activate/{self.application.id}"
            f"?accountId={user['accountId']}&userId={user['userId']}",
        )
        self.assertFalse(self.hisp.is_authenticated(self.domain))
        requests.post(url, timeout=10).raise_for_status()
        self.assertTrue(self.hisp.is_authenticated(self.domain))

    # --- notices -----------------------------------------------------------------------------

    def test_each_status_is_read_for_what_it_proves(self):
        for status, kind in (
            ("received", EventType.OTHER),
            ("processed", EventType.PROCESSED),
            ("dispatched", EventType.DISPATCHED),
            ("failed", EventType.FAILED),
            ("deleted", EventType.DELETED),
            ("denied", EventType.DENIED),
        ):
            with self.subTest(status):
                body = json.dumps({"messageId": 7, "mdnStatus": status}).encode()
                [event] = self.hisp.read_callback({}, body, NOW)
                self.assertEqual((event.type, event.message_id), (kind, "7"))
                self.assertIn("unsigned notice", event.reason)

    def test_a_notice_of_a_received_message_points_at_none_of_ours(self):
        body = json.dumps({"accountId": "a", "userId": "u", "messageId": 7}).encode()
        [event] = self.hisp.read_callback({}, body, NOW)
        self.assertEqual((event.type, event.message_id), (EventType.RECEIVED, ""))

    def test_what_is_posted_to_the_address_that_was_registered_is_understood(self):
        posted = []

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        server = HTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.hisp.register_callback(f"http://127.0.0.1:{server.server_port}/token", "secret")
        self.set_up()
        number = int(self.send().external_id)
        self.application.notify("inbound_mdn", messageId=number, mdnStatus="processed")
        self.application.notify("inbound_direct", accountId="a", userId="u", messageId=1)
        events = [self.hisp.read_callback({}, body, NOW)[0] for body in posted]
        self.assertEqual(
            [(event.type, event.message_id) for event in events],
            [(EventType.PROCESSED, str(number)), (EventType.RECEIVED, "")],
        )

    def test_secrets_do_not_show(self):
        self.assertNotIn(self.application.password, repr(self.config))
