"""What goes out on the wire, and what comes in from anybody."""

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


def mail(body, **headers):
    lines = {"From": "Maya <Maya.Chen@hisp-b.test>", "To": SENDER, **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return head.encode() + b"MIME-Version: 1.0\r\n" + body


def mixed(*parts):
    return mail(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
        + b"--b--\r\n"
    )


TEXT = b"Content-Type: text/plain\r\n\r\nShe is well."
HTML = b"Content-Type: text/html\r\n\r\n<p>She is <b>well</b>.</p><script>alert(1)</script>"
FILE = (
    b"Content-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="r.pdf"\r\n\r\n%PDF'
)
MESSAGE_PART = b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nInner text"


@tagged("post_install", "-at_install")
class TestRead(BaseCase):
    def received(self, raw):
        return mime.read(raw, "1/2/login", (SENDER,))

    def test_text_and_files_in_any_order(self):
        for name, parts, text, files in (
            ("text first", (TEXT, FILE), "She is well.", ["r.pdf"]),
            ("text last", (FILE, TEXT), "She is well.", ["r.pdf"]),
            ("HTML only", (HTML, FILE), "She is well.", ["r.pdf"]),
            ("HTML before text", (HTML, TEXT), "She is well.", []),
            ("no text", (FILE,), "", ["r.pdf"]),
            ("two texts", (TEXT, TEXT), "She is well.", ["document.txt"]),
            ("a message", (TEXT, MESSAGE_PART), "She is well.", ["document.eml"]),
            ("the same name twice", (TEXT, FILE, FILE), "She is well.", ["r.pdf", "r (2).pdf"]),
            ("nothing", (), "", []),
        ):
            with self.subTest(name):
                message = self.received(mixed(*parts))
                self.assertEqual(message.text, text)
                self.assertEqual([file.name for file in message.attachments], files)
                self.assertEqual(message.sender, "maya.chen@hisp-b.test")

    def test_a_message_inside_is_kept_whole(self):
        [file] = self.received(mixed(TEXT, MESSAGE_PART)).attachments
        self.assertEqual(file.content_type, "message/rfc822")
        self.assertIn(b"Inner text", file.content)

    def test_no_html_is_left_in_the_text(self):
        for markup, text in (
            ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
            ("<table><tr><td>BP</td><td>120/80</td></tr></table>", "BP\t120/80"),
            ("<style>p {}</style><!-- no --><p onclick='x()'>Seen</p>", "Seen"),
            ("<img src=x onerror=alert(1)>Hello <a href='javascript:x'>there</a>", "Hello there"),
            ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
            ("<ul><li>A<li>B</ul>", "A\nB"),
            ("", ""),
            ("<p<p>>x", ">x"),
        ):
            with self.subTest(markup):
                self.assertEqual(mime.plain_text(markup).replace("\n\n", "\n"), text)

    def test_characters(self):
        for charset, content, text in (
            ("utf-8", "Zoë".encode(), "Zoë"),
            ("iso-8859-1", "Zoë".encode("latin-1"), "Zoë"),
            ("utf-8", "Zoë".encode("cp1252"), "Zoë"),
            ("unheard-of", "Zoë".encode(), "Zoë"),
            ("utf-8", b"a\x00b\x07c", "abc"),
            ("unicode_escape", rb"a\ud800b\x00c", "abc"),
        ):
            with self.subTest(charset, content=content):
                raw = mail(
                    f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + content
                )
                self.assertEqual(self.received(raw).text, text)

    def test_names_are_safe(self):
        for name, safe in (
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\report.pdf", "report.pdf"),
            ("re\u202efdp.exe", "re_fdp.exe"),
            ("a\r\nb\x00.pdf", "a_b_.pdf"),
            ("  . ", "document.pdf"),
            ("", "document.pdf"),
            ("winmail.dat", "winmail.dat"),
        ):
            with self.subTest(name):
                self.assertEqual(mime.safe_name(name, "application/pdf"), safe)
        long_name = mime.safe_name("日" * 500 + ".pdf")
        self.assertEqual((len(long_name), long_name[-4:]), (mime.MAX_NAME, ".pdf"))

    def test_metadata_is_found_by_the_header_and_is_no_file(self):
        part = (
            b"Content-Type: text/plain\r\nContent-ID: <c@x>\r\n"
            b"Content-Disposition: attachment; filename=metadata.txt\r\n\r\npatient: surname=Q"
        )
        body = mixed(TEXT, part)
        for header, expected in (
            ("<c@x>", {"patient": {"surname": "Q"}}),
            ("c@x", {"patient": {"surname": "Q"}}),
            ("<another@x>", {"patient": {"surname": "Q"}}),
            ("", None),
        ):
            with self.subTest(header):
                head = f"X-Direct-Context: {header}\r\n".encode() if header else b""
                message = self.received(head + body)
                self.assertEqual(message.context, expected)
                self.assertEqual(len(message.attachments), 0 if header else 1)

    def test_the_recipient_is_one_of_ours(self):
        ours = ("ben@hisp-a.test", SENDER)
        for header, value, recipient in (
            ("To", f"Zoe <{SENDER.upper()}>", SENDER),
            ("Cc", SENDER, SENDER),
            ("Delivered-To", SENDER, SENDER),
            ("To", "undisclosed-recipients:;", "ben@hisp-a.test"),
        ):
            with self.subTest(header, value=value):
                raw = f"{header}: {value}\r\n\r\nHello".encode()
                self.assertEqual(mime.read(raw, "x", ours).recipient, recipient)

    def test_whatever_arrives_there_is_a_message(self):
        deep = b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(3000)
        )
        for name, raw in {
            "nothing": b"",
            "no headers": b"\r\nHello",
            "noise": bytes(range(256)) * 50,
            "no end": mixed(TEXT, FILE)[:-20],
            "no boundary": mail(b"Content-Type: multipart/mixed\r\n\r\nHello"),
            "nested without end": deep,
            "bad base64": mail(b"Content-Transfer-Encoding: base64\r\n\r\n====!!"),
            "bad headers": b"From: <<<@@>>>, \xff\xfe;;\r\nTo: =?x?q?=?=\r\nDate: 99 Foo\r\n"
            b"Message-ID: \xe2\x98\x83\r\nContent-Type: ;;=\r\n\r\nx",
            "bad name": mixed(b"Content-Disposition: attachment; filename*=x''%\r\n\r\nx"),
            "a million headers": b"X: y\r\n" * 100_000,
            "bad date": mail(b"Date: Mon, 99 Nov 99999 99:99:99 +9999\r\n\r\nx"),
        }.items():
            with self.subTest(name):
                message = self.received(raw)
                self.assertEqual(message.external_id, "1/2/login")
                self.assertEqual(message.recipient, SENDER)

    def test_what_cannot_be_read_is_attached_as_it_arrived(self):
        for name, raw in {
            "one in another": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 5000,
            "too many files": mixed(TEXT, *[FILE] * (mime.MAX_PARTS + 1)),
        }.items():
            with self.subTest(name):
                message = self.received(raw)
                self.assertEqual(message.text, mime.UNREADABLE)
                [file] = message.attachments
                self.assertEqual((file.name, file.content), ("message.eml", raw))

    def test_long_text_is_cut_and_the_whole_is_attached(self):
        message = self.received(mail(b"\r\n" + b"x" * (mime.MAX_TEXT + 10)))
        self.assertEqual(len(message.text), mime.MAX_TEXT)
        self.assertEqual(len(message.attachments[0].content), mime.MAX_TEXT + 10)
