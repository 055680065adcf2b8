import shutil
import tempfile
import uuid
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ...hisp import errors
from ...hisp.base import OutgoingMessage
from ...hisp.edge import EdgeConfig, EdgeHisp
from ...hisp.refusals import Step, refusal
from ...hisp.submission import Mailbox, MailServer
from . import mail_peer
from .scripted_smtp import Script

ALICE = Mailbox("alice@hisp-a.test", "secret", ("alice@hisp-a.test",))
STEPS = (
    Step.CONNECT,
    Step.ENCRYPT,
    Step.LOG_IN,
    Step.SENDER,
    Step.RECIPIENT,
    Step.DATA,
    Step.CONTENT,
)
MEANING = {
    "busy": errors.Busy,
    "server": errors.ServerRefused,
    "tls": errors.TlsNotOffered,
    "login": errors.MailboxLoginRefused,
    "no-login": errors.LoginNotOffered,
    "sender": errors.SenderUnknown,
    "address": errors.InvalidAddress,
    "full": errors.MailboxFull,
    "large": errors.TooLarge,
    "refused": errors.Refused,
    "untrusted": errors.Untrusted,
}
# Each reply code at each step, without an enhanced status code
TABLE = """
code  connect starttls auth     mail    rcpt    data    content
421   busy    busy     busy     busy    busy    busy    busy
432   busy    busy     login    busy    busy    busy    busy
450   busy    busy     busy     busy    busy    busy    busy
451   busy    busy     busy     busy    busy    busy    busy
452   busy    busy     busy     busy    busy    busy    busy
454   busy    busy     busy     busy    busy    busy    busy
455   busy    busy     busy     busy    busy    busy    busy
500   server  tls      no-login refused refused refused refused
501   server  tls      no-login refused refused refused refused
502   server  tls      no-login refused refused refused refused
503   server  tls      no-login refused refused refused refused
504   server  tls      no-login refused refused refused refused
521   server  tls      login    refused refused refused refused
530   server  tls      login    login   login   login   login
534   server  tls      login    login   login   login   login
535   server  tls      login    login   login   login   login
538   server  tls      login    login   login   login   login
541   server  tls      login    refused refused refused refused
550   server  tls      login    sender  refused refused refused
551   server  tls      login    refused address refused refused
552   server  tls      login    large   full    refused large
553   server  tls      login    sender  address refused refused
554   server  tls      login    refused refused refused refused
555   server  tls      login    refused refused refused refused
556   server  tls      login    refused refused refused refused
"""
# The enhanced status code decides where it is known
STATUSES = (
    (Step.LOG_IN, 550, "5.7.30", "login"),
    (Step.LOG_IN, 454, "4.7.12", "login"),
    (Step.SENDER, 550, "5.7.1", "sender"),
    (Step.SENDER, 501, "5.1.7", "sender"),
    (Step.SENDER, 552, "5.3.4", "large"),
    (Step.SENDER, 554, "5.7.8", "login"),
    (Step.RECIPIENT, 550, "5.7.1", "untrusted"),
    (Step.RECIPIENT, 550, "5.1.1", "address"),
    (Step.RECIPIENT, 554, "5.1.1", "address"),
    (Step.RECIPIENT, 550, "5.1.10", "address"),
    (Step.RECIPIENT, 550, "5.2.2", "full"),
    (Step.RECIPIENT, 552, "5.2.2", "full"),
    (Step.RECIPIENT, 550, "5.4.1", "refused"),
    (Step.RECIPIENT, 452, "4.2.2", "busy"),
    (Step.CONTENT, 552, "5.2.2", "full"),
    (Step.CONTENT, 552, "5.3.4", "large"),
    (Step.CONTENT, 550, "5.7.1", "refused"),
    (Step.CONTENT, 554, "5.6.0", "refused"),
)
# What the scripted server is told to answer at, for each step
SCRIPTED = {
    Step.CONNECT: "EHLO",
    Step.ENCRYPT: "STARTTLS",
    Step.LOG_IN: "AUTH",
    Step.SENDER: "MAIL",
    Step.RECIPIENT: "RCPT",
    Step.DATA: "DATA",
    Step.CONTENT: "CONTENT",
}


def cells():
    """Each (step, code, meaning) of the table."""
    for line in TABLE.strip().splitlines()[1:]:
        code, *meanings = line.split()
        yield from ((step, int(code), what) for step, what in zip(STEPS, meanings, strict=True))


@tagged("post_install", "-at_install")
class TestRefusals(BaseCase):
    """Each way in which a mail server can refuse has one meaning."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.ca = mail_peer.make_certificates(cls.folder)

    def outcome(self, step, answer):
        """Hand a message to a server that gives `answer` at `step`; return the error it means."""
        with Script(self.folder, {SCRIPTED[step]: (answer,)}) as script:
            security = "starttls" if step is Step.ENCRYPT else "tls"
            hisp = EdgeHisp(
                EdgeConfig(
                    smtp=MailServer("localhost", script.port, security),
                    mailboxes=(ALICE,),
                    ca_certificate=self.ca,
                    private_network=True,
                )
            )
            message = OutgoingMessage(ALICE.login, "bob@hisp-b.test", "Subject", "Text")
            try:
                with self.assertRaises(errors.HispError) as caught:
                    hisp.send(message, str(uuid.uuid4()))
            finally:
                hisp.close()
            self.assertFalse(script.taken if step is not Step.CONTENT else ())
        return caught.exception

    def test_every_code_at_every_step(self):
        tried = 0
        for step, code, what in cells():
            with self.subTest(step=step, code=code):
                error = self.outcome(step, f"{code} no")
                self.assertIs(type(error), MEANING[what])
                self.assertTrue(error.certain)
                is_temporary = code < 500 or issubclass(MEANING[what], errors.NeedsAdministrator)
                self.assertEqual(error.temporary, is_temporary)
                tried += 1
        self.assertEqual(tried, 25 * len(STEPS))

    def test_the_enhanced_status_decides_where_it_is_known(self):
        for step, code, status, what in STATUSES:
            with self.subTest(step=step, code=code, status=status):
                error = self.outcome(step, f"{code} {status} no")
                self.assertIs(type(error), MEANING[what])
                self.assertEqual(error.reference, f"{code} {status}")

    def test_a_full_mailbox_says_so(self):
        error = refusal(Step.CONTENT, 552, b"5.2.2 over quota")
        self.assertEqual(error.sentence, "The recipient's mailbox is full.")

    def test_the_server_s_words_are_never_repeated(self):
        for step, code, _what in cells():
            with self.subTest(step=step, code=code):
                error = refusal(step, code, b"Mary Quill 1980-02-29")
                self.assertNotIn("Quill", f"{error} {error.advice} {error.reference}")
