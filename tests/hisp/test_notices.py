"""Notices as they come: as the standards have them, and malformed in every way."""

import base64
from datetime import UTC, datetime

from odoo.tests import BaseCase, tagged

from ...hisp import mime, notices
from ...hisp.base import EventType

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
    mail = mime.parse(raw)
    parts = [part.get_content_type() for part in notices.top_parts(mail)]
    return notices.is_notice(mail, parts)


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

    def test_what_is_no_notice(self):
        for name, raw in {
            "a message": ARRIVED + b"\r\nDear colleague",
            "a forwarded notice": ARRIVED
            + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n"
            + b"--c\r\nContent-Type: message/rfc822\r\n\r\n"
            + mdn()
            + b"\r\n--c--\r\n",
            "another report": ARRIVED
            + b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n",
            "an automatic answer": ARRIVED + b"Auto-Submitted: auto-replied\r\n\r\nI am away",
        }.items():
            with self.subTest(name):
                self.assertFalse(is_notice(raw))

    def test_a_bounce_that_fits_nothing_is_an_event_all_the_same(self):
        for name, raw, expected, reason in (
            (
                "no report",
                b"From: MAILER-DAEMON@hisp-b.test\r\nReturn-Path: <>\r\n"
                b"Subject: Undelivered\r\n\r\nSorry",
                EventType.OTHER,
                "Undelivered",
            ),
            (
                "Exim",
                b"From: Mail Delivery System <Mailer-Daemon@x.y>\r\nX-Failed-Recipients: m@x.y\r\n"
                b"Subject: Mail delivery failed\r\n\r\nSorry",
                EventType.FAILED,
                "Mail delivery failed",
            ),
            ("no fields", report("Nothing here\r\n"), EventType.OTHER, "Processed"),
            (
                "no Disposition",
                report("Final-Recipient: rfc822; x@y.z\r\n"),
                EventType.OTHER,
                "Processed",
            ),
            ("about another's", mdn(original="<other@hisp-b.test>"), EventType.PROCESSED, ""),
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
