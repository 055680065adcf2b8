"""Reading what comes in from anybody: the kinds of mail that there are, and any mail at all."""

from base64 import b64encode
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ...hisp import mime, mime_text
from ...hisp.mime_parts import MAX_NESTING, MAX_PARTS

SENDER = "dr.zoe@hisp-a.test"


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


def received(raw):
    return mime.read(raw, "1/2/login", (SENDER,))


@tagged("post_install", "-at_install")
class TestRead(BaseCase):
    def test_text_and_files_in_any_order(self):
        for name, parts, text, files in (
            ("text first", (TEXT, FILE), "She is well.", ["r.pdf"]),
            ("text last", (FILE, TEXT), "She is well.", ["r.pdf"]),
            ("HTML only", (HTML, FILE), "She is well.", ["r.pdf"]),
            ("HTML before text", (HTML, TEXT), "She is well.", []),
            ("no text", (FILE,), "", ["r.pdf"]),
            ("two texts", (TEXT, TEXT), "She is well.\n\nShe is well.", []),
            ("a message", (TEXT, MESSAGE_PART), "She is well.", ["document.eml"]),
            ("the same name twice", (TEXT, FILE, FILE), "She is well.", ["r.pdf", "r (2).pdf"]),
            ("nothing", (), "", []),
        ):
            with self.subTest(name):
                message = received(mixed(*parts))
                self.assertEqual(message.text, text)
                self.assertEqual([file.name for file in message.attachments], files)
                self.assertEqual(message.sender, "maya.chen@hisp-b.test")

    def test_a_message_inside_is_kept_whole(self):
        [file] = received(mixed(TEXT, MESSAGE_PART)).attachments
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
                found, _is_all = mime_text.of_html(markup)
                self.assertEqual(found.replace("\n\n", "\n"), text)

    def test_characters(self):
        for charset, content, text in (
            ("utf-8", "Zoë".encode(), "Zoë"),
            ("iso-8859-1", "Zoë".encode("latin-1"), "Zoë"),
            ("utf-8", "Zoë".encode("cp1252"), "Zoë"),
            ("unheard-of", "Zoë".encode(), "Zoë"),
            ("utf-8", b"a\x00b\x07c", "abc"),
            ("unicode_escape", rb"a\ud800b\x00c", r"a\ud800b\x00c"),
            ("raw-unicode-escape", rb"\u0041", r"\u0041"),
            *(
                (codec, b"Take +AGE- one.", "Take +AGE- one.")
                for codec in ("rot13", "rot_13", "uu", "hex", "base64", "zlib", "quopri", "idna")
            ),
            *(
                (codec, b"Take +AGE- one.", "Take +AGE- one.")
                for codec in ("punycode", "undefined", "mbcs", "oem", "utf-16", "utf-32", "../x")
            ),
            ("utf-8", "Zoë Müller ☃".encode() + b", Zo\xeb", "Zoë Müller ☃, Zoë"),
            ("gb2312", "北京".encode("gbk") + b"\xff.", "北京ÿ."),
            ("us-ascii", "“Zoë”".encode(), "“Zoë”"),
            ("iso-8859-1", b"\x93quoted\x94", "“quoted”"),
            ("windows-1251", "Привет".encode("cp1251"), "Привет"),
            ("windows-1251", "Привет".encode(), "Привет"),
            ("utf-16", "Zoë".encode("utf-16"), "Zoë"),
            ("us-ascii", b"\xef\xbb\xbfZoe", "Zoe"),
            ("us-ascii", "Zoë".encode("utf-16"), "Zoë"),
            ('"utf-8', "Zoë".encode(), "Zoë"),
        ):
            with self.subTest(charset, content=content):
                raw = mail(
                    f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + content
                )
                self.assertEqual(received(raw).text, text)

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
                message = received(head + body)
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
                message = received(raw)
                self.assertEqual(message.external_id, "1/2/login")
                self.assertEqual(message.recipient, SENDER)

    def test_of_too_many_parts_the_first_are_shown_and_the_others_stay_together(self):
        files = [FILE + b"%d" % number for number in range(MAX_PARTS + 50)]
        message = received(b"Subject: Labs\r\n" + mixed(TEXT, *files))
        self.assertEqual((message.sender, message.subject), ("maya.chen@hisp-b.test", "Labs"))
        self.assertEqual(message.text, f"{mime.TOO_MANY_PARTS}\n\nShe is well.")
        found = list(message.attachments)
        while found[-1].name == mime.REST:
            found += received(found.pop().content).attachments
        self.assertEqual([file.content for file in found], [b"%%PDF%d" % n for n in range(250)])

    def test_multiparts_that_are_too_deep_stay_together(self):
        raw = TEXT
        for number in range(MAX_NESTING + 2):
            head = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n" % number
            raw = head + b"--b%d\r\n%b\r\n--b%d--\r\n" % (number, raw, number)
        message = received(mail(raw))
        [file] = message.attachments
        self.assertEqual((file.name, file.content_type), (mime.REST, "message/rfc822"))
        self.assertEqual(message.text, mime.TOO_MANY_PARTS)
        self.assertEqual(received(file.content).text, "She is well.")

    def test_what_breaks_the_reading_is_attached_as_it_arrived(self):
        with patch.object(mime, "_reading", side_effect=RecursionError):
            message = received(b"Subject: Labs\r\n" + mixed(TEXT))
        self.assertEqual((message.sender, message.subject), ("maya.chen@hisp-b.test", "Labs"))
        self.assertEqual(message.text, mime.UNREADABLE)
        self.assertEqual([file.name for file in message.attachments], ["message.eml"])

    def test_long_text_is_cut_and_the_whole_is_attached(self):
        message = received(mail(b"\r\n" + b"x" * (mime.MAX_TEXT + 10)))
        self.assertEqual(len(message.text), mime.MAX_TEXT)
        self.assertEqual(len(message.attachments[0].content), mime.MAX_TEXT + 10)

    def test_boundaries(self):
        """Which reader finds a boundary: the newer, the older, neither; the body has it."""
        part, other = b"Content-Type: text/plain\r\n\r\nOne", b"Content-Type: a/b\r\n\r\nTwo"
        for value, line in (
            ('boundary="a b=c"', "a b=c"),
            ('boundary="b" (a comment)', "b"),
            ("boundary=b (a comment)", "b"),
            ("(a comment); boundary=b", "b"),
            ("boundary=----=_Part_1", "----=_Part_1"),
            ("boundary=a:b", "a:b"),
            ("boundary=a/b[c]@d,e", "a/b[c]@d,e"),
            ('boundary="b', "b"),
            ("boundary='b'", "'b'"),
            ("boundary='b'", "b"),
            ('BOUNDARY = "b" ', "b"),
            ('boundary*0="a"; boundary*1="b"', "ab"),
            ("boundary*=us-ascii''a%20b", "a b"),
            ('boundary="another"', "b"),
            ("boundary=", "b"),
            ("charset=us-ascii", "b"),
            ('boundary="b "', "b"),
            ('boundary="b"; boundary="c"', "b"),
            ('boundary="b"; type="text/html"; start="<1@x>"', "b"),
            ('\r\n\tboundary="b"', "b"),
        ):
            for end in (b"\r\n", b"\n"):
                with self.subTest(value, line=line, end=end):
                    mark = b"--" + line.encode()
                    lines = [mark, part, mark + b"  ", other, mark + b"--", b""]
                    head = f"Content-Type: multipart/mixed; {value}\r\n\r\n".encode()
                    message = received((mail(head) + b"\r\n".join(lines)).replace(b"\r\n", end))
                    self.assertEqual(message.text, "One")
                    [file] = message.attachments
                    self.assertEqual((file.content_type, file.content), ("a/b", b"Two"))

    def test_what_is_around_the_parts(self):
        for name, body, text in (
            ("the usual line", b"This is a MIME message.\r\n--b\r\n\r\nOne\r\n--b--\r\n", "One"),
            ("a text before", b"INR 8.2.\r\n--b\r\n\r\nOne\r\n--b--", "INR 8.2.\n\nOne"),
            ("a text after", b"--b\r\n\r\nOne\r\n--b--\r\nScanned.\r\n", "One\n\nScanned."),
            ("a part after the end", b"--b\r\n\r\nA\r\n--b--\r\n--b\r\n\r\nB\r\n--b--", "A\n\nB"),
            ("no end", b"--b\r\n\r\nOne\r\n--b\r\n\r\nTwo", "One\n\nTwo"),
            ("no parts", b"INR 8.2.", "INR 8.2."),
            ("another boundary", b"--c\r\n\r\nOne\r\n--c--", "--c\n\nOne\n--c--"),
            ("a part without a header", b"--b\r\nNote: one\r\nTwo\r\n--b--", "Note: one\nTwo"),
            ("only a header", b"--b\r\nContent-Type: text/plain\r\n--b\r\n\r\nOne\r\n--b--", "One"),
            ("a signature's dashes", b"--b\r\n\r\nOne\r\n-- \r\nZoe\r\n--b--", "One\n-- \nZoe"),
            ("a longer boundary", b"--b\r\n\r\nOne\r\n--bc\r\nTwo\r\n--b--", "One\n--bc\nTwo"),
        ):
            with self.subTest(name):
                raw = mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body)
                message = received(raw)
                self.assertEqual((message.text, message.attachments), (text, ()))

    def test_forms_of_one_text(self):
        plain, html = b"Content-Type: text/plain\r\n\r\n", b"Content-Type: text/html\r\n\r\n"
        for name, parts, text, files in (
            ("the same", (plain + b"Stop it.", html + b"<p>Stop <b>it</b>."), "Stop it.", []),
            (
                "links",
                (plain + b"See it <http://x>", html + b"<a href=y>See it"),
                "See it <http://x>",
                [],
            ),
            ("HTML says more", (plain + b"Stop", html + b"Stop<br>warfarin"), "Stop\nwarfarin", []),
            (
                "each says something",
                (plain + b"Use another program", html + b"<p>Stop warfarin"),
                "Stop warfarin",
                [("document.txt", b"Use another program")],
            ),
            (
                "another order",
                (plain + b"Stop A. Take B", html + b"Stop B. Take A"),
                "Stop B. Take A",
                [("document.txt", b"Stop A. Take B")],
            ),
            (
                "a file among them",
                (plain + b"At ten", b"Content-Type: text/calendar\r\n\r\nBEGIN"),
                "At ten",
                [("document.ics", b"BEGIN")],
            ),
            ("HTML only", (html + b"<p>Stop",), "Stop", []),
            (
                "HTML without text",
                (html + b"<img src=x>",),
                "",
                [("document.html", b"<img src=x>")],
            ),
        ):
            with self.subTest(name):
                raw = mixed(*parts).replace(b"multipart/mixed", b"multipart/alternative")
                message = received(raw)
                found = [(file.name, file.content) for file in message.attachments]
                self.assertEqual((message.text, found), (text, files))

    def test_html_that_a_parser_gives_up_is_a_document(self):
        for name, markup, text in (
            ("too deep", b"<div>" * 5000 + b"Stop warfarin", ""),
            ("a comment without an end", b"<p>One</p><!-- Stop warfarin", "One"),
            ("a tag without an end", b"<p>One</p><a href='x>Stop</a> warfarin", "One"),
            ("nothing but marks", b"<<<", ""),
        ):
            with self.subTest(name):
                message = received(mail(b"Content-Type: text/html\r\n\r\n" + markup))
                self.assertEqual(message.text, text)
                self.assertEqual([file.content for file in message.attachments], [markup])

    def test_html_as_it_comes(self):
        for name, markup, text in (
            ("deep", b"<div>" * 2000 + b"Stop warfarin", "Stop warfarin"),
            ("NUL", b"<p>Stop\0 war\0farin", "Stop warfarin"),
            ("a footer below the page", b"<html><body>One</body></html>\r\n<p>Two", "One\n\nTwo"),
            ("preformatted", b"<pre>Na   140\r\n  K  4.1</pre>  x   y", "Na   140\n  K  4.1\nx y"),
            ("its own charset", b"<meta charset=iso-8859-1><p>Zo\xeb", "Zoë"),
            ("two charsets", b"<meta charset=utf-16><p>Zo\xc3\xab", "Zoë"),
        ):
            with self.subTest(name):
                message = received(mail(b"Content-Type: text/html\r\n\r\n" + markup))
                self.assertEqual((message.text, message.attachments), (text, ()))

    def test_names_of_files(self):
        for header, name in (
            ("Content-Disposition: attachment; filename=My Report.pdf", "My Report.pdf"),
            ("Content-Disposition: attachment; filename=Labs, May [2].pdf", "Labs, May [2].pdf"),
            ('Content-Disposition: attachment; filename="a (b).pdf" (c)', "a (b).pdf"),
            ("Content-Disposition: attachment; filename*=utf-8''Zo%C3%AB.pdf", "Zoë.pdf"),
            ("Content-Disposition: attachment; filename*=iso-8859-1''Zo%EB.pdf", "Zoë.pdf"),
            ("Content-Disposition: attachment; filename*=rot13''ab.pdf", "ab.pdf"),
            ('Content-Disposition: attachment; filename*0="a"; filename*1="b.pdf"', "ab.pdf"),
            ('Content-Disposition: attachment; filename="=?utf-8?B?Wm/Dqw==?=.pdf"', "Zoë.pdf"),
            ("Content-Disposition: attachment; filename==?utf-8?Q?Zo=C3=AB.pdf?=", "Zoë.pdf"),
            ('Content-Disposition: attachment; filename="Zoë.pdf"', "Zoë.pdf"),
            ("Content-Type: application/pdf; name=My Report.pdf", "My Report.pdf"),
            ("Content-Disposition: attachment", "document.txt"),
            ("Content-Type: application/xml", "document.xml"),
            ("Content-Type: text/rtf", "document.rtf"),
            ("Content-Type: message/delivery-status", "document.txt"),
            ("Content-Type: application/unheard-of", "document.bin"),
        ):
            with self.subTest(header):
                [file] = received(mixed(header.encode() + b"\r\n\r\nx")).attachments
                self.assertEqual(file.name, name)

    def test_what_parts_are_encoded_with(self):
        for encoding, body, content in (
            ("base64", b"JVBERg==", b"%PDF"),
            ("BASE64 (a comment)", b"JVBE\r\nRg==\r\n", b"%PDF"),
            ("base64", b"JVBERg", b"%PDF"),
            ("base64", b"JVBE\r\n!Rg==", b"%PDF"),
            ("base64", b"JVA=\r\nREY=", b"%PDF"),
            ("base64", b"JVBERgx", b"%PDF\x0c"),
            ("base64", b"%PDF-1.4 not encoded", b"%PDF-1.4 not encoded"),
            ("base64", b"", b""),
            ("quoted-printable", b"=25PD=\r\nF=zz", b"%PDF=zz"),
            ("x-uuencode", b"begin 644 a\n$)5!$1@  \n \nend\n", b"%PDF"),
            ("8bit", b"%PDF\xff", b"%PDF\xff"),
            ("unheard-of", b"%PDF", b"%PDF"),
        ):
            with self.subTest(encoding, body=body):
                head = f"Content-Transfer-Encoding: {encoding}\r\n"
                part = f"Content-Disposition: attachment; filename=a\r\n{head}\r\n".encode()
                [file] = received(mixed(part + body)).attachments
                self.assertEqual(file.content, content)

    def test_a_message_inside_may_be_encoded(self):
        inner = b"Subject: inner\r\n\r\nInner text"
        part = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        [file] = received(mixed(TEXT, part + b64encode(inner))).attachments
        self.assertEqual((file.name, file.content), ("document.eml", inner))

    def test_parts_without_anything_are_nothing(self):
        for part, files in (
            (b"Content-Type: application/pdf\r\n\r\n", []),
            (b"Content-Type: text/html\r\n\r\n \r\n", []),
            (b"\r\n", []),
            (b"", []),
            (b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c--", []),
            (b"Content-Disposition: attachment; filename=a.pdf\r\n\r\n", ["a.pdf"]),
        ):
            with self.subTest(part):
                message = received(mixed(TEXT, part))
                self.assertEqual(message.text, "She is well.")
                self.assertEqual([file.name for file in message.attachments], files)

    def test_headers(self):
        for lines, field, value in (
            ("Subject: =?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?=", "subject", "Zoë"),
            ("Subject: =?utf-8?B?Wm/Dqw==?= Adler", "subject", "Zoë Adler"),
            ("Subject: =?rot13?Q?abc?=", "subject", "abc"),
            ("Subject: =?utf-8*en?Q?a_b?=", "subject", "a b"),
            ("Subject: Zoë", "subject", "Zoë"),
            ("Subject: a\r\n  b", "subject", "a b"),
            ("Subject: =?utf-8?Q?broken", "subject", "=?utf-8?Q?broken"),
            ("References: <a@x> <b@x>", "in_reply_to", "<b@x>"),
            ("In-Reply-To: <c@x>\r\nReferences: <a@x> <b@x>", "in_reply_to", "<c@x>"),
            ("In-Reply-To: your message of today\r\nReferences: <a@x>", "in_reply_to", "<a@x>"),
            ("In-Reply-To: <a\r\n b@x>", "in_reply_to", "<ab@x>"),
            ("From: Maya, M.D. <maya@x.test>", "sender", "maya@x.test"),
            ('From: "ben@x.test" <maya@x.test>', "sender", "maya@x.test"),
            ("From: =?utf-8?Q?ben=40x.test?= <maya@x.test>", "sender", "maya@x.test"),
            ("From: <maya@x.test", "sender", "maya@x.test"),
            ("From: Maya\r\nSender: maya@x.test", "sender", "maya@x.test"),
            ("Return-Path: <maya@x.test>", "sender", "maya@x.test"),
            ("From: nobody", "sender", ""),
            ("Date: today", "sent_at", None),
        ):
            with self.subTest(lines):
                for start in (b"", b"\xef\xbb\xbf", b"From x@y Mon Nov 23 10:00:00 2026\r\n"):
                    message = received(start + lines.encode() + b"\r\n\r\nText")
                    self.assertEqual((getattr(message, field), message.text), (value, "Text"))

    def test_what_programs_send(self):
        for header, is_automatic in (
            ("Auto-Submitted: auto-replied", True),
            ("Auto-Submitted: auto-generated (away)", True),
            ("Auto-Submitted: auto-notified; owner-email=x", True),
            ("Auto-Submitted: no", False),
            ("Auto-Submitted: No (a person)", False),
            ("X-Autoreply: yes", True),
            ("X-Autoreply: no", False),
            ("X-Autorespond: Away", True),
            ("Precedence: auto_reply", True),
            ("Precedence: bulk", True),
            ("Precedence: first-class", False),
            ("Return-Path: <>", True),
            ("Return-Path: <maya@x.test>", False),
            ("Subject: Automatic reply: Referral", True),
            ("Subject: Out of the Office: Referral", True),
            ("Subject: Re: Automatic reply: Referral", False),
            ("Subject: Referral", False),
        ):
            with self.subTest(header):
                message = received(header.encode() + b"\r\n\r\nI am away.")
                self.assertEqual(message.is_automatic, is_automatic)
