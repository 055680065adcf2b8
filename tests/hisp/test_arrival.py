"""A mail is read in the limited process; one that takes it too far arrives as far as it can be."""

import time

from odoo.tests import BaseCase, tagged

from ...hisp import arrival, mime
from ...tools.files.limited import Failed, Reader

ADDRESS = "dr.zoe@hisp-a.test"
PLAIN = b"Content-Type: text/plain\r\n\r\nPotassium 6.9"
FILE = (
    b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=r.pdf\r\n\r\n%PDF"
)
# One tag, for which the parser needs longer than anybody waits: each is compared with all others
HOSTILE = b"<p %b>Stop warfarin" % b" ".join(b"a%d=1" % number for number in range(80_000))


def mail(*parts):
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    head = b"From: maya@hisp-b.test\r\nSubject: Labs\r\nContent-Type: multipart/mixed; boundary=b"
    return head + b"\r\n\r\n" + body + b"--b--\r\n"


class Ending:
    """Stands for a mail that ends the process in each way of reading it up to one."""

    def __init__(self, reader, until):
        self.reader, self.until = reader, until

    def call(self, function, raw, external_id, addresses, effort, **options):
        if effort > self.until:
            raise Failed("Died")
        return self.reader.call(function, raw, external_id, addresses, effort, **options)


@tagged("post_install", "-at_install")
class TestLetter(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.enterClassContext(Reader())

    def letter(self, raw, reader=None):
        return arrival.letter_of(reader or self.reader, raw, "1/2", (ADDRESS,))

    def test_an_ordinary_one_is_read_as_ever(self):
        raw = mail(PLAIN, b"Content-Type: text/html\r\n\r\n<p>Stop <b>warfarin</b>", FILE)
        self.assertEqual(self.letter(raw), mime.read(raw, "1/2", (ADDRESS,)))

    def test_html_that_takes_too_long_stays_a_file(self):
        raw = mail(PLAIN, b"Content-Type: text/html\r\n\r\n" + HOSTILE, FILE)
        began = time.thread_time()
        message = self.letter(raw)
        self.assertLess(time.thread_time() - began, 1)
        self.assertEqual((message.sender, message.subject), ("maya@hisp-b.test", "Labs"))
        self.assertEqual(message.text, f"{mime.TOO_COMPLEX}\n\nPotassium 6.9")
        self.assertEqual(
            [(file.name, file.content) for file in message.attachments],
            [("document.html", HOSTILE), ("r.pdf", b"%PDF")],
        )

    def test_as_far_as_it_can_be_read(self):
        raw = mail(PLAIN, FILE)
        for until, sender, text, files in (
            (mime.Effort.ALL, "maya@hisp-b.test", "Potassium 6.9", ["r.pdf"]),
            (
                mime.Effort.FILES,
                "maya@hisp-b.test",
                f"{mime.TOO_COMPLEX}\n\nPotassium 6.9",
                ["r.pdf"],
            ),
            (mime.Effort.HEADERS, "maya@hisp-b.test", mime.UNREADABLE, ["message.eml"]),
            (0, "", mime.UNREADABLE, ["message.eml"]),
        ):
            with self.subTest(until=until):
                message = self.letter(raw, Ending(self.reader, until))
                self.assertEqual((message.sender, message.text), (sender, text))
                self.assertEqual([file.name for file in message.attachments], files)
                self.assertEqual((message.external_id, message.recipient), ("1/2", ADDRESS))
                if text == mime.UNREADABLE:
                    self.assertEqual(message.attachments[0].content, raw)
