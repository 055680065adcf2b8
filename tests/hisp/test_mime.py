"""What goes out on the wire, and that it is read as it was written."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy

from odoo.tests import BaseCase, tagged

from ...hisp import direct_context, mime
from ...hisp.base import Attachment, OutgoingMessage

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SENDER = "dr.zoe@hisp-a.test"
RECIPIENT = "maya.chen@hisp-b.test"
KEY = "2f1c7a52-0f2b-4f7e-9d0e-4b7f3c9a1e11"
CONTEXT = {
    "version": "1.1",
    "id": KEY,
    "type": "referral/order",
    "purpose": "treatment",
    "patient": {
        "givenName": "María José",
        "surname": "Ñandú",
        "dateOfBirth": "1980-02-29",
        "gender": "female",
        "postalCode": "05401",
    },
}
PDF = Attachment("Clinical Note.pdf", "application/pdf", bytes(range(256)) * 40)
CDA = Attachment(
    "Summary.xml", "text/xml", b'<?xml version="1.0"?>\r\n<a>\n' + b"x" * 3000 + b"\r</a>"
)
MESSAGE = OutgoingMessage(SENDER, RECIPIENT, "Referral", "Dear colleague", (PDF, CDA), CONTEXT)


def build(final_delivery=True, **changes):
    message = replace(MESSAGE, **changes)
    return mime.build(message, KEY, final_delivery=final_delivery, now=NOW)


def read(raw, addresses=(RECIPIENT,)):
    return mime.read(raw, "1/2/login", addresses)


@tagged("post_install", "-at_install")
class TestBuild(BaseCase):
    def test_what_is_sent_is_what_is_read(self):
        received = read(build())
        self.assertEqual((received.sender, received.recipient), (SENDER, RECIPIENT))
        self.assertEqual((received.subject, received.text), ("Referral", "Dear colleague"))
        self.assertEqual(received.attachments, (PDF, CDA))
        self.assertEqual(received.context, CONTEXT)
        self.assertEqual(received.message_id, f"<{KEY}@hisp-a.test>")
        self.assertEqual(received.sent_at, NOW)

    def test_the_key_is_in_the_message_id_and_comes_back_out(self):
        for key in (KEY, "a b@c<d>%é"):
            with self.subTest(key):
                identifier = mime.message_id(key, SENDER)
                self.assertEqual(mime.identifiers(f"x {identifier} y"), (identifier,))
                self.assertEqual(mime.key_of(identifier), key)

    def test_an_id_from_outside_holds_nothing_that_a_database_refuses(self):
        self.assertEqual(mime.identifiers("<a\x00@b.c> <é@b.c> <d@b.c>"), ("<d@b.c>",))
        self.assertEqual(mime.key_of("<a%00b%ED%A0%80@b.c>").encode().find(b"\x00"), -1)

    def test_headers(self):
        mail = email.message_from_bytes(build(in_reply_to="<a@b.example>"), policy=policy.default)
        for name, value in {
            "From": SENDER,
            "To": RECIPIENT,
            "Date": "Mon, 23 Nov 2026 10:00:00 +0000",
            "In-Reply-To": "<a@b.example>",
            "References": "<a@b.example>",
            "Disposition-Notification-To": SENDER,
            "Disposition-Notification-Options": mime.FINAL_DELIVERY,
            "X-Direct-Context": f"<context-{KEY}@hisp-a.test>",
        }.items():
            with self.subTest(name):
                self.assertEqual(mail.get_all(name), [value])
        self.assertNotIn("Cc", mail)
        self.assertNotIn("Bcc", mail)

    def test_final_delivery_is_asked_for_only_where_the_provider_wants_it(self):
        self.assertNotIn(b"Disposition-Notification", build(final_delivery=False))

    def test_patient_data_is_in_no_header(self):
        headers = build().partition(b"\r\n\r\n")[0].decode()
        for value in CONTEXT["patient"].values():
            self.assertNotIn(value, headers)

    def test_lines_are_legal_and_in_ascii_whatever_is_in_them(self):
        long_domain = ".".join(["direct-" + "x" * 50] * 3) + ".example"
        wild = "Grüße ☃ " * 300 + "x" * 5000 + "\x00\x1b\n.\n..\r\nFrom here\r"
        for name, changes in {
            "text": {"text": wild},
            "subject": {"subject": wild},
            "addresses": {
                "sender": f"{'a' * 60}@{long_domain}",
                "in_reply_to": f"<{'b' * 200}@c.d>",
            },
            "names": {
                "attachments": (Attachment("日本語" * 200 + ".pdf", "application/pdf", b"x"),)
            },
            "empty": {"text": "", "subject": "", "attachments": (), "context": None},
        }.items():
            with self.subTest(name):
                raw = build(**changes)
                lines = raw.split(b"\r\n")
                self.assertLess(max(map(len, lines)), 998)
                self.assertNotRegex(raw.decode("ascii"), r"[^\r]\n|\r[^\n]|\x00|\x1b")

    def test_wild_text_arrives(self):
        text = "Grüße ☃\n.\n..\nFrom here\n" + "x" * 5000
        subject = "Überweisung ☃ " * 20
        received = read(build(text=text, subject=subject))
        self.assertEqual((received.text, received.subject), (text, subject.strip()))

    def test_a_subject_has_no_control_characters(self):
        for subject, sent in (
            ("Labs\x00 of\x1b[1m today\x07", "Labs of[1m today"),
            ("Labs\r\n\tof\x0btoday\x7f ", "Labs of today"),
            ("Zoë\ud83d", "Zoë"),
            ("Labs \x00 of today", "Labs of today"),
        ):
            with self.subTest(subject):
                self.assertEqual(replace(MESSAGE, subject=subject).subject, sent)
                self.assertEqual(read(build(subject=subject)).subject, sent)

    def test_ids_stay_whole(self):
        sender = f"a@{'x' * 60}.{'y' * 60}.example"
        answered = f"<{'b' * 100}@c.example>"
        raw = build(sender=sender, in_reply_to=answered)
        self.assertIn(f"In-Reply-To: {answered}\r\n".encode(), raw)
        self.assertIn(f"Disposition-Notification-To: {sender}\r\n".encode(), raw)
        self.assertTrue(read(raw, (sender,)).context)

    def test_nothing_typed_becomes_a_header(self):
        raw = build(
            subject="Referral\r\nBcc: thief@evil.example",
            in_reply_to="<a@b>\r\nBcc: thief@evil.example",
            attachments=(Attachment('a"\r\nX: y.pdf', "text/plain\r\nX-Evil: 1", b"x"),),
        )
        self.assertNotRegex(raw, rb"(?im)^(bcc|x-evil|x):")

    def test_a_kind_of_file_that_could_not_be_sent_as_it_is_goes_as_any_file(self):
        for content_type in ("message/rfc822", "multipart/mixed", "", "nonsense", "a/b/c"):
            with self.subTest(content_type):
                file = Attachment("a.eml", content_type, b"Subject: x\r\n\r\n\xff")
                [arrived] = read(build(attachments=(file,))).attachments
                self.assertEqual((arrived.name, arrived.content), (file.name, file.content))


@tagged("post_install", "-at_install")
class TestContext(BaseCase):
    def test_a_known_text(self):
        self.assertEqual(
            direct_context.write(CONTEXT),
            f"version: 1.1\nid: {KEY}\ntype: referral/order\npurpose: treatment\n"
            "patient: givenName=María José; surname=Ñandú; dateOfBirth=1980-02-29;"
            " gender=female; postalCode=05401\n",
        )

    def test_marks_and_line_ends_in_a_name_make_no_parameter_and_no_line(self):
        context = {"patient": {"surname": "O'Hara; gender=male\npurpose: research"}}
        read_back = direct_context.read(direct_context.write(context))
        self.assertEqual(
            read_back, {"patient": {"surname": "O'Hara gender male purpose: research"}}
        )

    def test_what_others_write(self):
        for text, expected in (
            (
                "\ufeffVersion:1.1\r\nPatient: surname=Q;gender=F\r\n",
                {"version": "1.1", "patient": {"surname": "Q", "gender": "female"}},
            ),
            (
                "patient: givenName=A;\r\n surname=B",
                {"patient": {"givenName": "A", "surname": "B"}},
            ),
            (
                "patient: givenName=Mary\r\n Jane; dateOfBirth=1961\r\n -12-31;"
                " postalCode=054\r\n\t01",
                {
                    "patient": {
                        "givenName": "Mary Jane",
                        "dateOfBirth": "1961-12-31",
                        "postalCode": "05401",
                    }
                },
            ),
            ("type: referral/\r\n order", {"patient": {}, "type": "referral/order"}),
            ("patient:", {"patient": {}}),
            ("no metadata at all", {"patient": {}}),
            ("", {"patient": {}}),
        ):
            with self.subTest(text):
                self.assertEqual(direct_context.read(text), expected)

    def test_it_is_bounded(self):
        many = "".join(f"x{number}: {'y' * 9999}\n" for number in range(5000))
        context = direct_context.read(many)
        self.assertLess(len(context), 200)
        self.assertLess(max(map(len, context.values())), 1000)
