"""Notices as they come: as the standards have them, and malformed in every way."""

import base64
from datetime import UTC, datetime

from odoo.tests import BaseCase, tagged

from ...hisp import notices
from ...hisp.base import EventType
from ...hisp.mime_parts import take_apart

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DOMAINS = frozenset({"hisp-a.test"})
OURS = "<key-1@hisp-a.test>"
ARRIVED = b"Subject: Processed\r\nFrom: maya.chen@hisp-b.test\r\nMessage-ID: <n1@hisp-b.test>\r\n"


def report(fields, kind="disposition-notification", returned="", headers="", subtype="report"):
    """A notice whose second part has these fields."""
    parts = [
        "Content-Type: text/plain\r\n\r\nSee below.",
        f"Content-Type: message/{kind}\r\n\r\n{fields}",
    ]
    if returned:
        parts.append(f"Content-Type: {returned}")
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    head = f"Content-Type: multipart/{subtype}; report-type={kind}; boundary=b\r\n{headers}\r\n"
    return ARRIVED + (head + body).encode()


def mdn(disposition="automatic-action/MDN-sent-automatically; processed", original=OURS, **options):
    return report(
        "Reporting-UA: hisp-b.test; STA\r\n"
        "Final-Recipient: rfc822; maya.chen@hisp-b.test\r\n"
        f"Original-Message-ID: {original}\r\n"
        f"Disposition: {disposition}\r\n",
        **options,
    )


def dsn(action="failed", status="5.1.1", **options):
    return report(
        "Reporting-MTA: dns; mail.hisp-b.test\r\n\r\n"
        "Final-Recipient: rfc822; maya.chen@hisp-b.test\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n",
        kind="delivery-status",
        **options,
    )


def read(raw):
    return notices.read(raw, NOW, DOMAINS)


def is_notice(raw):
    return notices.is_notice(take_apart(raw))


RETURNED = f"message/rfc822\r\n\r\nFrom: dr.zoe@hisp-a.test\r\nMessage-ID: {OURS}\r\n\r\nDear"


@tagged("post_install", "-at_install")
class TestNotices(BaseCase):
    def test_dispositions(self):
        for value, expected in (
            ("automatic-action/MDN-sent-automatically; processed", EventType.PROCESSED),
            ("automatic-action/MDN-sent-automatically;processed", EventType.PROCESSED),
            ("Automatic-Action/MDN-Sent-Automatically; PROCESSED", EventType.PROCESSED),
            ("automatic-action/MDN-sent-automatically; dispatched", EventType.DISPATCHED),
            ("manual-action/MDN-sent-manually; displayed", EventType.DISPLAYED),
            ("automatic-action/MDN-sent-automatically; denied", EventType.DENIED),
            ("automatic-action/MDN-sent-automatically; deleted", EventType.DELETED),
            ("automatic-action/MDN-sent-automatically; failed", EventType.FAILED),
            ("automatic-action/MDN-sent-automatically; failed/failure", EventType.FAILED),
            ("automatic-action/MDN-sent-automatically; processed/error", EventType.FAILED),
            ("automatic-action/MDN-sent-automatically; dispatched/failure", EventType.FAILED),
            ("automatic-action/MDN-sent-automatically; processed/warning", EventType.PROCESSED),
            ("processed", EventType.PROCESSED),
            ("automatic-action/MDN-sent-automatically", EventType.OTHER),
            ("automatic-action/MDN-sent-automatically; unprocessed", EventType.OTHER),
            ("; ;", EventType.OTHER),
        ):
            with self.subTest(value):
                [event] = read(mdn(value))
                self.assertEqual(event.type, expected)
                self.assertEqual((event.message_id, event.idempotency_key), (OURS, "key-1"))

    def test_delivery_status(self):
        for action, status, expected, words in (
            ("failed", "5.1.1", EventType.FAILED, "doesn't exist. (5.1.1)"),
            ("failed", "4.4.1", EventType.FAILED, "didn't respond. (4.4.1)"),
            ("failed", "5.2.2", EventType.FAILED, "mailbox is full"),
            ("failed", "5.7.1", EventType.FAILED, "not be trusted"),
            ("failed", "5.9.9", EventType.FAILED, "didn't deliver"),
            ("failed", "5.4.7", EventType.EXPIRED, "within the time allowed. (5.4.7)"),
            ("failed", "4.4.7", EventType.EXPIRED, "within the time allowed. (4.4.7)"),
            ("expired", "4.4.1", EventType.EXPIRED, "within the time allowed"),
            ("failure", "5.1.1", EventType.FAILED, "doesn't exist"),
            ("delayed", "5.1.1", EventType.DELAYED, "doesn't exist"),
            ("delayed", "4.4.7", EventType.DELAYED, "within the time allowed"),
            ("Failed (give up)", "5.0.0", EventType.FAILED, "didn't deliver"),
            ("delayed", "4.4.1", EventType.DELAYED, "didn't respond"),
            ("relayed", "2.0.0", EventType.RELAYED, ""),
            ("delivered", "2.0.0", EventType.RELAYED, ""),
            ("expanded", "2.0.0", EventType.RELAYED, ""),
            ("", "5.1.1", EventType.FAILED, "doesn't exist"),
            ("", "4.2.2", EventType.DELAYED, "mailbox is full"),
            ("vanished", "", EventType.OTHER, ""),
        ):
            with self.subTest(action, status=status):
                [event] = read(dsn(action, status, returned=RETURNED))
                self.assertEqual((event.type, event.message_id), (expected, OURS))
                self.assertIn(words, event.reason)

    def test_what_a_notice_is_about(self):
        for name, raw in {
            "Original-Message-ID": mdn(),
            "no brackets": mdn(original="key-1@hisp-a.test"),
            "no space after the colon": report(
                f"Original-Message-ID:{OURS}\r\nDisposition:x;processed\r\n"
            ),
            "lower case": report(f"original-message-id: {OURS}\r\ndisposition: x; processed\r\n"),
            "folded": report(
                f"Original-Message-ID:\r\n {OURS}\r\nDisposition: x;\r\n processed\r\n"
            ),
            "a BOM": report(f"\ufeffOriginal-Message-ID: {OURS}\r\nDisposition: x; processed\r\n"),
            "an empty line first": report(
                f"\r\nOriginal-Message-ID: {OURS}\r\nDisposition: x; processed\r\n"
            ),
            "empty lines between": report(
                f"Disposition: x; processed\r\n\r\nOriginal-Message-ID: {OURS}\r\n"
            ),
            "prose before": report(
                f"A notice.\r\n\r\nOriginal-Message-ID: {OURS}\r\nDisposition: x; processed\r\n"
            ),
            "a friendly name": report(
                'Final-Recipient: rfc822; "Maya" <m@hisp-b.test>\r\n'
                f"Original-Message-ID: {OURS}\r\nDisposition: x; processed\r\n"
            ),
            "no Final-Recipient": report(
                f"Original-Message-ID: {OURS}\r\nDisposition: x; processed\r\n"
            ),
            "In-Reply-To": mdn(original="", headers=f"In-Reply-To: {OURS}\r\n"),
            "another id, ours in In-Reply-To": mdn(
                original="<internal@hisp-b.test>", headers=f"In-Reply-To: {OURS}\r\n"
            ),
            "References": mdn(original="", headers=f"References: <a@b.example> {OURS}\r\n"),
            "the returned message": mdn(original="", returned=RETURNED),
            "the returned header": mdn(
                original="", returned=RETURNED.replace("message/rfc822", "text/rfc822-headers")
            ),
            "not a report": mdn(subtype="mixed"),
            "fields in the part's header": mdn().replace(
                b"notification\r\n\r\nReporting", b"notification\r\nReporting"
            ),
            "a label of its own": mdn().replace(b"/disposition-", b"/global-disposition-"),
            "no boundary given": mdn().replace(b"; boundary=b", b""),
            "another boundary": mdn().replace(b"boundary=b", b"boundary=c"),
            "References to an older one": mdn(
                original="", headers=f"References: <key-0@hisp-a.test> {OURS}\r\n"
            ),
            "a returned message, encoded": mdn(
                original="",
                returned="message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + base64.b64encode(f"Message-ID: {OURS}\r\n\r\nDear".encode()).decode(),
            ),
            "Original-Envelope-Id": report(
                "Original-Envelope-Id: key-1\r\n\r\n"
                "Final-Recipient: rfc822;x@y.z\r\nAction: failed\r\nStatus: 5.0.0\r\n",
                kind="delivery-status",
            ),
        }.items():
            with self.subTest(name):
                [event] = read(raw)
                self.assertEqual((event.message_id, event.idempotency_key), (OURS, "key-1"))
                self.assertIn(event.type, (EventType.PROCESSED, EventType.FAILED))
                self.assertTrue(is_notice(raw))

    def test_encoded_fields(self):
        fields = f"Original-Message-ID: {OURS}\r\nDisposition: x; processed\r\n".encode()
        for encoding, content in (
            ("base64", base64.encodebytes(fields)),
            ("quoted-printable", fields.replace(b"processed", b"proc=65ssed")),
            ("base64", fields),
        ):
            with self.subTest(encoding, content=content[:20]):
                raw = (
                    ARRIVED
                    + b"Content-Type: multipart/report; boundary=b\r\n\r\n"
                    + b"--b\r\nContent-Type: message/disposition-notification\r\n"
                    + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode()
                    + content
                    + b"\r\n--b--\r\n"
                )
                [event] = read(raw)
                self.assertEqual((event.type, event.message_id), (EventType.PROCESSED, OURS))

    def test_each_recipient_of_a_report_is_an_event(self):
        raw = report(
            "Reporting-MTA: dns; mail.hisp-b.test\r\n\r\n"
            "Final-Recipient: rfc822; good@hisp-b.test\r\nAction: relayed\r\nStatus: 2.0.0\r\n\r\n"
            "Final-Recipient: rfc822; bad@hisp-b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n",
            kind="delivery-status",
            returned=RETURNED,
        )
        events = read(raw)
        self.assertEqual([event.type for event in events], [EventType.RELAYED, EventType.FAILED])
        self.assertEqual(len({event.external_id for event in events}), 2)

    def test_the_reason_is_in_words_and_short(self):
        for fields, reason in (
            ("Failure: mailbox\tlocked\r\n", "mailbox locked"),
            ("Error: 5.2.2 quota\r\n", "The recipient's mailbox is full. (5.2.2 quota)"),
            (
                "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n",
                "The recipient's Direct address doesn't exist. (550 5.1.1 no such user)",
            ),
        ):
            with self.subTest(fields):
                [event] = read(report(f"Disposition: x; failed\r\n{fields}"))
                self.assertEqual(event.reason, reason)
        [event] = read(report("Disposition: x; failed\r\nFailure: " + "x" * 5000 + "\r\n"))
        self.assertEqual(len(event.reason), notices.MAX_REASON)

    def test_the_same_notice_is_the_same_event_wherever_it_lies(self):
        first = read(mdn())
        self.assertEqual(read(b"Received: from another.server\r\n" + mdn()), first)
        other = read(mdn("x; dispatched"))
        self.assertNotEqual(other[0].external_id, first[0].external_id)

    def test_what_is_a_notice(self):
        failed = b"\r\nYour message could not be delivered."
        for name, raw, expected in (
            ("a message", ARRIVED + failed, False),
            (
                "a forwarded notice",
                ARRIVED
                + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n"
                + b"--c\r\nContent-Type: message/rfc822\r\n\r\n"
                + mdn()
                + b"\r\n--c--\r\n",
                False,
            ),
            (
                "another report",
                ARRIVED + b"Content-Type: multipart/report; report-type=feedback-report\r\n\r\nx",
                False,
            ),
            ("an automatic answer", b"Auto-Submitted: auto-replied\r\n" + ARRIVED + failed, False),
            (
                "an automatic answer from nobody",
                b"Return-Path: <>\r\nAuto-Submitted: auto-replied\r\n" + ARRIVED + failed,
                False,
            ),
            ("away", b"Return-Path: <>\r\n" + ARRIVED + b"\r\nThis mailbox is full.", False),
            ("from nobody", b"Return-Path: <>\r\n" + ARRIVED + failed, True),
            ("from nobody, late", b"Return-Path: <>\r\n" + ARRIVED + b"\r\nIt is delayed.", True),
            ("a daemon", b"From: Mailer-Daemon <x@y.z>\r\n\r\nSorry", True),
            ("a daemon without a name", b"From: MAILER-DAEMON (x)\r\n\r\nSorry", True),
            ("a postmaster's letter", b"From: postmaster@x.y\r\n\r\nWe have moved.", False),
            ("a postmaster's bounce", b"From: postmaster@x.y\r\n" + failed, True),
            (
                "a postmaster's program",
                b"From: postmaster@x.y\r\nAuto-Submitted: auto-generated\r\n\r\nSorry",
                True,
            ),
            ("Exim", b"X-Failed-Recipients: m@x.y\r\n\r\nSorry", True),
        ):
            with self.subTest(name):
                self.assertEqual(is_notice(raw), expected)

    def test_the_header_and_the_types_of_the_parts_tell_as_well(self):
        head = take_apart(mdn().partition(b"--b")[0])
        for types, expected in (
            (("multipart/mixed", "text/plain"), False),
            (("multipart/mixed", "message/disposition-notification"), True),
        ):
            with self.subTest(types):
                header = take_apart(b"From: a@b.c\r\nContent-Type: multipart/mixed\r\n\r\n")
                self.assertEqual(notices.is_notice(header, types), expected)
                self.assertTrue(notices.is_notice(head, types))

    def test_words(self):
        """What a server says that sends no report. Nothing late is ever failed."""
        for text, expected in (
            ("This is a permanent error; I've given up.", EventType.FAILED),
            ("The following addresses failed:", EventType.FAILED),
            ("Delivery to the following recipients failed.", EventType.FAILED),
            ("Unable to deliver message to the following address(es).", EventType.FAILED),
            ("did not reach the following recipient(s):", EventType.FAILED),
            ("host mx said: 550 5.1.1 <a@b.c>: Recipient address rejected", EventType.FAILED),
            ("Sorry, no mailbox here by that name. (#5.1.1)", EventType.FAILED),
            ("This account is over quota.", EventType.FAILED),
            ("No further delivery attempts will be made.", EventType.OTHER),
            ("It could not be delivered. It will not be tried again.", EventType.FAILED),
            ("A message that you sent has not yet been delivered.", EventType.DELAYED),
            ("It could not be delivered. Delivery attempts will continue.", EventType.DELAYED),
            ("Your message was not delivered. We will keep trying.", EventType.DELAYED),
            ("Delivery failed so far; it will be retried for 2 more days.", EventType.DELAYED),
            ("THIS IS A WARNING MESSAGE ONLY. 550 no such user", EventType.DELAYED),
            ("Delivery to the recipient has been delayed: 5.1.1", EventType.DELAYED),
            ("You do not need to resend your message: delivery failed.", EventType.DELAYED),
            ("It could not be delivered: delivery time expired", EventType.EXPIRED),
            ("This message has been in the queue too long.", EventType.EXPIRED),
            ("retry timeout exceeded", EventType.EXPIRED),
            ("It could not be delivered for the past 3 days.", EventType.EXPIRED),
            ("lost connection; message may be sent more than once", EventType.EXPIRED),
            ("550 4.4.7 QUEUE.Expired; message expired", EventType.EXPIRED),
            ("I am out of the office.", EventType.OTHER),
            ("", EventType.OTHER),
            # What is below is the message that came back, and not the server's word
            ("Sorry.\r\n--- Below is a copy of the message.\r\nIt failed", EventType.OTHER),
            ("Sorry.\r\n----- Original message -----\r\nIt failed", EventType.OTHER),
            ("Sorry.\r\nReceived: from x\r\nWarning: message delayed", EventType.OTHER),
            ("It failed: no such user.\r\n> Received: by x\r\nIt is delayed", EventType.FAILED),
        ):
            with self.subTest(text):
                raw = b"From: MAILER-DAEMON@x.y\r\nSubject: Your message\r\n\r\n" + text.encode()
                [event] = read(raw)
                self.assertEqual(event.type, expected)

    def test_a_key_of_ours_is_found_anywhere(self):
        key = "2f1c7a52-0f2b-4f7e-9d0e-4b7f3c9a1e11"
        encoded = base64.encodebytes(f"Your message {key}@hisp-a.test came back.".encode())
        for name, body in {
            "an id": f"\r\nabout <{key}@hisp-a.test>".encode(),
            "no brackets": f"\r\nabout {key}@hisp-a.test.".encode(),
            "capitals": f"\r\nabout <{key.upper()}@HISP-A.TEST>".encode(),
            "across lines": f"\r\n<{key[:20]}\r\n  {key[20:]}@hisp-\r\n a.test>\r\nx".encode(),
            "the Context's id": f"\r\nX-Direct-Context: <context-{key}@hisp-a.test>".encode(),
            "HTML": f"Content-Type: text/html\r\n\r\n&lt;{key}@hisp-a.test&gt;".encode(),
            "base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded,
            "quoted": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            + f"{key[:30]}=\r\n{key[30:]}=40hisp-a.test".encode(),
            "a header": f"X-Original: <{key}@hisp-a.test>\r\n\r\nSorry".encode(),
        }.items():
            with self.subTest(name):
                [event] = read(b"From: MAILER-DAEMON@x.y\r\n" + body)
                self.assertEqual(event.message_id, f"<{key}@hisp-a.test>")
                self.assertEqual(event.idempotency_key, key)

    def test_what_is_about_none_of_ours(self):
        key = "2f1c7a52-0f2b-4f7e-9d0e-4b7f3c9a1e11"
        for name, raw, named in (
            ("nothing", b"From: MAILER-DAEMON@x.y\r\n\r\nSorry", ""),
            ("an address", b"From: MAILER-DAEMON@x.y\r\n\r\n<zoe@hisp-a.test>: no such user", ""),
            ("another's domain", f"From: MAILER-DAEMON@x.y\r\n\r\n<{key}@x.test>".encode(), ""),
            (
                "its own id",
                f"From: MAILER-DAEMON@x.y\r\nMessage-ID: <{key}@hisp-a.test>\r\n\r\nx".encode(),
                "",
            ),
            ("another's message", mdn(original="<other@hisp-b.test>"), "<other@hisp-b.test>"),
        ):
            with self.subTest(name):
                self.assertTrue(is_notice(raw))
                [event] = read(raw)
                self.assertEqual((event.message_id, event.idempotency_key), (named, ""))

    def test_a_bounce_that_fits_nothing_is_an_event_all_the_same(self):
        for name, raw, expected, reason in (
            (
                "no report",
                b"From: MAILER-DAEMON@hisp-b.test\r\nReturn-Path: <>\r\n"
                b"Subject: Nachricht\r\n\r\nSorry",
                EventType.OTHER,
                "Nachricht",
            ),
            (
                "Exim",
                b"From: Mail Delivery System <Mailer-Daemon@x.y>\r\nX-Failed-Recipients: m@x.y\r\n"
                b"Subject: Nachricht\r\n\r\nSorry",
                EventType.FAILED,
                "Nachricht",
            ),
            (
                "Exim, late",
                b"X-Failed-Recipients: m@x.y\r\n\r\nDelivery attempts will continue.",
                EventType.DELAYED,
                "attempts will continue.",
            ),
            (
                "a report in a plain part",
                b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                b"--b\r\nContent-Type: text/plain; name=status.txt\r\n\r\nReporting-MTA: x\r\n"
                b"\r\nFinal-Recipient: rfc822;m@x.y\r\nAction: failed\r\nStatus: 5.2.2\r\n--b--",
                EventType.FAILED,
                "The recipient's mailbox is full. (5.2.2)",
            ),
            ("no fields", report("Nothing here\r\n"), EventType.OTHER, "Processed"),
            (
                "no Disposition",
                report("Final-Recipient: rfc822; x@y.z\r\n"),
                EventType.OTHER,
                "Processed",
            ),
        ):
            with self.subTest(name):
                self.assertTrue(is_notice(raw))
                [event] = read(raw)
                self.assertEqual((event.type, event.reason), (expected, reason))
                self.assertNotEqual(event.message_id, OURS)
                self.assertTrue(event.external_id)

    def test_whatever_arrives_there_is_an_event(self):
        for name, raw in {
            "nothing": b"",
            "noise": bytes(range(256)) * 50,
            "cut": mdn()[:-120],
            "nested": b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n" * 5000,
            "bad types": ARRIVED
            + b"Content-Type: multipart/report; report-type*=;;; boundary=\r\n\r\n--\r\n",
            "a long line": report("Disposition: " + "x" * 1_000_000 + "\r\n"),
        }.items():
            with self.subTest(name):
                [event] = read(raw)
                self.assertIn(event.type, (EventType.OTHER, EventType.PROCESSED))
                self.assertEqual(event.at, NOW)
