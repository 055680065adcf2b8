import base64
import uuid
from dataclasses import replace

from odoo.tests import BaseCase, tagged

from ...hisp import errors, reach
from ...hisp.base import Attachment, EventType, Item, Nature, OutgoingMessage
from ...hisp.phimail import PhimailConfig, PhimailHisp
from ...hisp.submission import Mailbox
from ...phimail_stand_in import testing

RECIPIENT = "maya.chen@lakeview.direct.example.test"
DOMAIN = "willow.direct.example.test"
CCDA = Attachment("Referral Note.xml", "text/xml", b"<?xml version='1.0'?><ClinicalDocument/>")


def encoded(content):
    return base64.b64encode(content).decode()


class OnPhimail(BaseCase):
    """A practice with an address of its own at a stand-in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phimail = cls.enterClassContext(testing.running())

    def setUp(self):
        super().setUp()
        self.addCleanup(self.phimail.do, "clear_faults")
        self.sender = self.add_account()
        self.use(Mailbox(self.sender, "secret", (self.sender,)))

    def add_account(self, login="", members=()):
        login = login or f"zoe-{uuid.uuid4().hex[:8]}@{DOMAIN}"
        self.phimail.do("add_account", login=login, password="secret", members=list(members))
        return login

    def use(self, *mailboxes, **changes):
        self.config = PhimailConfig(
            host="localhost",
            port=self.phimail.ports["tls"],
            ca_certificate=self.phimail.ca,
            mailboxes=mailboxes,
            private_network=True,
            **changes,
        )
        self.hisp = PhimailHisp(self.config)
        self.addCleanup(lambda hisp=self.hisp: hisp.close())

    def message(self, **changes):
        message = OutgoingMessage(self.sender, RECIPIENT, "Referral", "Dear colleague,\nplease.")
        return replace(message, **changes)

    def send(self, **changes):
        return self.hisp.send(self.message(**changes), "key")

    def sent(self, sender=None):
        return self.phimail.do("sent", sender=sender or self.sender)

    def deliver(self, said="She is well.", to=None, documents=(), **changes):
        mail = {
            "recipient": to or self.sender,
            "sender": RECIPIENT,
            "id": "id-of-the-sender",
            "headers": [f"From: {RECIPIENT}", "Subject: Answer", "Date: 1 Nov 2026 10:00:00 +0000"],
            "type": "text/plain",
            "text": encoded(said.encode()),
            "documents": list(documents),
        }
        self.phimail.do("deliver", **{**mail, **changes})

    def heads(self, queue=None):
        """Store, acknowledge and read all that waits."""
        queue = queue or self.sender
        while page := self.hisp.feed(queue).items:
            self.hisp.acknowledge(page[0])
            yield page[0], self.hisp.read_item(page[0])

    def received(self):
        [(_item, reading)] = self.heads()
        return reading.message


@tagged("post_install", "-at_install")
class TestSending(OnPhimail):
    def test_a_message_is_said_as_the_protocol_wants_it(self):
        files = (
            CCDA,
            Attachment("Lab results\tMay.pdf", "application/pdf", b"%PDF-1.7\n\0\r\n"),
            Attachment("Ünïcode 日本.txt", "text/plain", "Grüße\r\n".encode()),
            Attachment("", "application/octet-stream", b""),
        )
        context = {"version": "1.1", "type": "referral/order", "patient": {"surname": "Quill"}}
        accepted = self.send(attachments=files, context=context)
        [sent] = self.sent()
        self.assertEqual(sent["id"], accepted.external_id)
        self.assertEqual((sent["subject"], sent["final"]), ("Referral", True))
        self.assertIn("surname=Quill", sent["context"])
        text, *documents = sent["parts"]
        self.assertEqual(base64.b64decode(text["content"]), b"Dear colleague,\nplease.")
        self.assertEqual(
            [(part["name"], part["type"]) for part in documents],
            [
                ("Referral_Note.xml", "application/xml"),
                ("Lab_results_May.pdf", "application/pdf"),
                ("Ünïcode_日本.txt", "text/plain"),
                ("document", "application/octet-stream"),
            ],
        )
        for part, file in zip(documents, files, strict=True):
            self.assertEqual(base64.b64decode(part["content"]), file.content)

    def test_nothing_of_a_draft_gets_into_the_next_message(self):
        with self.assertRaises(errors.InvalidAddress):
            self.send(recipient="nobody@lakeview.direct.example.test", text="Not this")
        self.hisp.check_address(RECIPIENT, DOMAIN)
        self.send()
        self.send(subject="Second")
        self.assertEqual([m["subject"] for m in self.sent()], ["Referral", "Second"])
        self.assertEqual([len(m["parts"]) for m in self.sent()], [1, 1])

    def test_what_would_change_on_the_way_is_refused(self):
        for text in ("<b>Urgent</b>", "\n  <3 hours of pain"):
            with self.subTest(text), self.assertRaisesRegex(errors.Refused, "web page"):
                self.send(text=text)
        self.assertFalse(self.sent())

    def test_no_command_can_be_smuggled_in(self):
        for recipient in ("a@b.test\nSEND", "a@b.test SEND", "a@b.test\r\nBYE", ""):
            with self.subTest(recipient), self.assertRaises(errors.InvalidAddress):
                self.send(recipient=recipient)
        self.send(subject="One\r\nSEND", attachments=(Attachment("a\nSEND\n", "", b"x"),))
        [sent] = self.sent()
        self.assertEqual(sent["subject"], "One SEND")

    def test_what_breaks_is_told_by_when_it_broke(self):
        before, after = errors.Busy, errors.Uncertain
        file = Attachment("a.pdf", "application/pdf", b"x" * 100_000)
        table = [
            ("cut_while_adding", True, before, True, 0),
            ("close_after_send", True, after, False, 1),
            ("answer_to_send", "QUEUED other@example.test PM1", errors.BadAnswer, False, 1),
            ("answer_to_send", "PERHAPS", errors.BadAnswer, False, 1),
            ("answer_to_send", f"QUEUED {RECIPIENT}", errors.BadAnswer, False, 1),
            ("answer_to_send", f"ERROR {RECIPIENT} no", errors.InvalidAddress, True, 1),
            ("answer_to_send", "FAIL no", errors.Refused, True, 1),
        ]
        for fault, value, kind, is_certain, there in table:
            with self.subTest(fault, value=value):
                before = len(self.sent())
                self.phimail.do("set_fault", kind=fault, value=value)
                with self.assertRaises(kind) as caught:
                    self.send(attachments=(file,))
                self.assertIs(caught.exception.certain, is_certain)
                self.assertEqual(len(self.sent()) - before, there)
                self.assertTrue(self.send().external_id, "the next one goes")

    def test_a_late_answer_is_waited_for(self):
        self.phimail.do("set_fault", kind="late", value=1.5)
        self.assertTrue(self.send().external_id)

    def test_a_connection_that_ended_meanwhile_is_made_anew(self):
        self.send()
        self.phimail.stop()
        self.phimail.start()
        self.assertTrue(self.send().external_id)

    def test_a_group_reads_for_its_addresses_and_each_sends_as_itself(self):
        members = [f"{name}-{uuid.uuid4().hex[:8]}@{DOMAIN}" for name in ("ann", "bob")]
        group = self.add_account(f"@{uuid.uuid4().hex[:8]}", members)
        self.use(Mailbox(group, "secret", tuple(members)), shared_login=group)
        self.hisp.prove_mailbox(members[0], "", "", "reference")
        with self.assertRaises(errors.NotAuthorized):
            self.hisp.prove_mailbox(f"stranger@{DOMAIN}", "", "", "reference")
        for member in members:
            self.send(sender=member)
            self.assertEqual(len(self.sent(member)), 1)
            self.deliver("For me", to=member)
        read = [reading for _item, reading in self.heads(group)]
        letters = [reading.message.recipient for reading in read if reading.message]
        self.assertEqual(letters, members)
        self.assertEqual(sum(len(reading.events) for reading in read), 2)

    def test_the_directory_is_searched_by_every_word(self):
        self.phimail.do("add_entry", cn="Maya Chen", mail=[RECIPIENT], o="Lakeview", st="WI")
        self.phimail.do("add_entry", cn="Maya (Quill)*", mail="quill@lakeview.example.test")
        self.phimail.do("add_entry", cn="Maya Nobody")  # has no address
        [entry] = self.hisp.search_directory("maya chen")
        self.assertEqual(
            (entry.address, entry.name, entry.organization, entry.state),
            (RECIPIENT, "Maya Chen", "Lakeview", "WI"),
        )
        self.assertEqual(len(self.hisp.search_directory("maya")), 2)
        self.assertEqual(len(self.hisp.search_directory("maya", limit=1)), 1)
        self.assertEqual(self.hisp.search_directory("*)(mail=*"), ())
        self.assertEqual(self.hisp.search_directory("  "), ())


@tagged("post_install", "-at_install")
class TestReceiving(OnPhimail):
    def test_a_message_is_read_with_all_that_came(self):
        files = [
            {"name": "a.pdf", "type": "application/pdf", "content": encoded(b"%PDF\n\nMAIL x\n")},
            {"name": "../../a.pdf", "type": "application/pdf", "content": encoded(b"")},
            {
                "name": "metadata.txt",
                "type": "text/plain",
                "content": encoded(b"version: 1.1\npatient: surname=Quill\n"),
            },
        ]
        self.deliver("Grüße\nMAIL you\n", documents=files)
        message = self.received()
        self.assertEqual(message.text, "Grüße\nMAIL you")
        self.assertEqual((message.sender, message.recipient), (RECIPIENT, self.sender))
        self.assertEqual((message.subject, message.sent_at.year), ("Answer", 2026))
        self.assertEqual(
            [(each.name, each.content) for each in message.attachments],
            [("a.pdf", b"%PDF\n\nMAIL x\n"), ("a (2).pdf", b"")],
        )
        self.assertEqual(message.context["patient"], {"surname": "Quill"})
        self.assertIs(message.nature, Nature.LETTER)

    def test_it_is_for_whom_it_was_delivered_to_and_not_for_whom_a_header_names(self):
        self.deliver(headers=["To: somebody.else@example.test", "From: forged@example.test"])
        message = self.received()
        self.assertEqual((message.sender, message.recipient), (RECIPIENT, self.sender))

    def test_texts_of_any_kind_are_shown_or_are_documents(self):
        table = [
            ("text/html; charset=utf-8", b"<p>Gr\xc3\xbc\xc3\x9fe</p>", "Grüße", 0),
            ("text/plain; charset=iso-8859-1", b"5 \xb5g", "5 µg", 0),
            ("application/octet-stream", b"\0\1", "", 1),
            ("text/plain", b"", "", 0),
        ]
        for kind, content, text, documents in table:
            with self.subTest(kind):
                self.deliver(type=kind, text=encoded(content))
                message = self.received()
                self.assertEqual((message.text, len(message.attachments)), (text, documents))

    def test_an_automatic_reply_is_none_of_a_person(self):
        self.deliver(headers=["Auto-Submitted: auto-replied", "Subject: Out of office"])
        self.assertIs(self.received().nature, Nature.AUTOMATIC_REPLY)

    def test_the_same_id_of_a_sender_is_not_the_same_message(self):
        self.deliver("First")
        self.deliver("Second")
        keys = {item.key: reading.message.text for item, reading in self.heads()}
        self.assertEqual([*keys.values()], ["First", "Second"])

    def test_a_status_is_what_its_code_says(self):
        table = [
            ("dispatched", "", EventType.DISPATCHED, ""),
            ("failed", "mailbox full", EventType.FAILED, "mailbox full"),
            ("relocated", "to the moon", EventType.OTHER, "“relocated”"),
        ]
        for code, info, kind, reason in table:
            with self.subTest(code):
                self.phimail.do("report", queue=self.sender, message_id="PM7", code=code, info=info)
                [(_item, reading)] = self.heads()
                [event] = reading.events
                self.assertEqual((event.type, event.message_id), (kind, "PM7"))
                self.assertIn(reason, event.reason)
                self.assertIsNone(event.at)
                self.assertEqual(event.sender, self.sender)

    def test_what_breaks_while_it_is_shown_stays_at_the_provider(self):
        self.patch(reach.connect, "__defaults__", (1,))
        self.deliver("She is well.")
        for fault, value in (("cut_while_showing", True), ("wrong_count", 7), ("wrong_count", "x")):
            with self.subTest(fault, value=value):
                self.phimail.do("set_fault", kind=fault, value=value)
                page = None
                with self.assertRaises(errors.HispError):
                    page = self.hisp.feed(self.sender)
                    self.hisp.fetch(page.items[0])
                self.assertEqual(self.phimail.do("waiting", queue=self.sender), 1)
        self.assertEqual(self.received().text, "She is well.")

    def test_what_is_not_shown_is_said_and_not_acknowledged(self):
        self.deliver()
        self.phimail.do("set_fault", kind="show_fails")
        [item] = self.hisp.feed(self.sender).items
        self.assertIsNone(item.content)
        self.phimail.do("set_fault", kind="show_fails")
        with self.assertRaises(errors.NotReadable):
            self.hisp.fetch(replace(item))
        self.assertEqual(self.phimail.do("waiting", queue=self.sender), 1)

    def test_only_what_is_the_head_is_acknowledged(self):
        self.deliver("First")
        [first] = self.hisp.feed(self.sender).items
        self.deliver("Second")
        for _again in range(3):
            self.hisp.acknowledge(first)
            self.hisp.close()
        self.hisp.acknowledge(Item(self.sender, "MAIL unknown", ""))
        self.assertEqual(self.received().text, "Second")

    def test_a_full_queue_survives_a_restart_and_comes_in_order_each_once(self):
        for number in range(100):
            self.deliver(f"Letter {number}")
            self.phimail.do(
                "report", queue=self.sender, message_id=f"PM{number}", code="dispatched"
            )
        seen = []
        for count, (_item, reading) in enumerate(self.heads()):
            seen.append(reading.message.text if reading.message else reading.events[0].message_id)
            if count == 50:
                self.phimail.stop()
                self.phimail.start()
        expected = [told for n in range(100) for told in (f"Letter {n}", f"PM{n}")]
        self.assertEqual(seen, expected)
