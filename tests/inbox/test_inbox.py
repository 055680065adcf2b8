"""From the provider's mailbox into the inbox: nothing lost, nothing twice, nothing blocked."""

import json
from base64 import b64encode
from hashlib import sha256
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DirectCommon

PDF = b"%PDF-1.4\n%%EOF\n"


@tagged("post_install", "-at_install")
class TestInbox(DirectCommon):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.clear_faults)

    def arrive(self, **letter):
        """Have the other practice write, and wait until it is in our mailbox."""
        letter = {"subject": "Report", "text": "Dear colleague", **letter}
        id_ = self.sandbox.write_to(letter.pop("to", self.account.address), **letter)
        self.wait_for(id_, "dispatched")
        return id_

    def received(self, **letter):
        """Have a letter arrive and be fetched; return its record."""
        return self.fetched(self.arrive(**letter))

    def fetched(self, id_):
        self.run_cron("ir_cron_poll")
        return self.messages().filtered(lambda message: message.external_id == id_)

    def messages(self):
        return self.env["direct.message"].search([("direction", "=", "in")], order="id")

    def waiting(self):
        """What the provider still lists."""
        return [item.key for item in self.provider._hisp().feed("inbox").items]

    def originals(self):
        return self.env["direct.original"].search([], order="id")

    # --- fetch -------------------------------------------------------------------------------

    def test_a_message_is_stored_whole_then_acknowledged(self):
        message = self.received(
            subject="Consult", text="Thank you.\nAll is well.", attachments=[document("a.pdf", PDF)]
        )
        self.assertEqual(
            (message.state, message.account_id, message.user_id, message.is_unread),
            ("received", self.account, self.clinician, True),
        )
        self.assertEqual((message.subject, message.body), ("Consult", "Thank you.\nAll is well."))
        self.assertEqual(message.attachment_ids.raw, PDF)
        self.assertFalse(self.waiting())

    def test_the_original_is_kept_as_it_came(self):
        message = self.received(text="Dear Zoë", attachments=[document("a.pdf", PDF)])
        original = message.original_ids
        self.assertEqual((original.state, original.is_acknowledged), ("read", True))
        answer = json.loads(original.attachment_id.raw)
        self.assertEqual((answer["text"], answer["id"]), ("Dear Zoë", original.key))
        self.assertEqual(original.sha256, sha256(original.attachment_id.raw).hexdigest())
        self.assertEqual(original.size, len(original.attachment_id.raw))

    def test_an_interruption_anywhere_neither_loses_nor_doubles(self):
        for number, (fault, path) in enumerate(
            (
                ("drop_before_accept", "/v1/inbound"),
                ("error_500", "/v1/inbound"),
                ("drop_after_accept", "/v1/inbound/"),
                ("malformed_json", "/v1/inbound/"),
            ),
            start=1,
        ):
            with self.subTest(fault):
                self.arrive()
                self.sandbox.fault(fault, match={"path_prefix": path}, times=1)
                self.run_cron("ir_cron_poll")
                for model in ("direct.original", "direct.feed"):
                    paused = self.env[model].search([("next_attempt_at", "!=", False)])
                    paused.action_try_again()
                self.run_cron("ir_cron_poll")
                self.assertEqual((len(self.messages()), self.waiting()), (number, []))

    def test_what_names_a_patient_is_not_in_the_log_nor_in_a_problem(self):
        self.arrive(subject="Bad Mary Quill")
        self.arrive(subject="Good")
        arrive = type(self.env["direct.message"])._arrive

        def break_one(model, original, mail):
            if mail.subject.startswith("Bad"):
                raise ValueError(mail.subject)
            return arrive(model, original, mail)

        with (
            patch.object(type(self.env["direct.message"]), "_arrive", break_one),
            self.assertLogs(LOGGER, "ERROR") as log,
        ):
            self.run_cron("ir_cron_poll")
            self.run_cron("ir_cron_poll")
        self.assertNotIn("Quill", "".join(log.output))
        self.assertEqual(self.messages().mapped("subject"), ["Good"])
        stuck = self.originals().filtered(lambda original: original.state == "stuck")
        stuck = stuck.with_user(self.manager)
        self.assertEqual((len(stuck), stuck.attempts), (1, 1), "tried before its time")
        self.assertNotIn("Quill", stuck.problem)
        self.assertEqual(self.waiting(), [])
        stuck.action_try_again()
        self.run_cron("ir_cron_poll")
        self.assertEqual(len(self.messages()), 2)

    def test_a_callback_brings_it_at_once(self):
        self.run_cron("ir_cron_poll")
        self.env["ir.cron.trigger"].search([]).unlink()
        self.arrive()
        hisp = self.provider._hisp()
        cursor = self.env["direct.feed"].search([("queue", "=", "events")]).state
        events = [hisp.read_item(item).events for item in hisp.feed("events", cursor).items]
        self.env["direct.message.event"]._store(self.provider, sum(events, ()))._handle()
        poll = self.env.ref("direct_messaging.ir_cron_poll")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", poll.id)]))

    def test_an_archived_account_still_receives(self):
        self.account.active = False
        self.assertEqual(self.received().account_id, self.account)

    def test_what_comes_for_an_address_nobody_has_is_kept_for_the_administrator(self):
        id_ = self.arrive()
        address = self.account.address
        self.env.cr.execute(
            "UPDATE direct_account SET address = %s WHERE id = %s",
            [f"other.{address}", self.account.id],
        )
        self.env.invalidate_all()
        message = self.fetched(id_)
        self.assertEqual((message.account_id.id, message.practice_id), (False, self.practice))
        with self.assertRaises(AccessError):
            message.with_user(self.clinician).inbox_read()
        message.with_user(self.manager).action_assign(self.account.id)
        self.assertEqual(message.user_id, self.clinician)
        self.assertEqual(message.with_user(self.clinician).inbox_read()["subject"], "Report")

    def test_what_a_database_or_a_reader_cannot_take(self):
        message = self.received(
            subject="a\nb\u202ec\x00" + "x" * 900, text="tab\tstays\r\nbell\x07 goes\x00"
        )
        self.assertEqual(message.subject[:5], "a bcx")
        self.assertEqual(len(message.subject), 300)
        self.assertEqual(message.body, "tab\tstays\nbell goes")

    def test_open_windows_are_told_by_ids_only(self):
        self.env.cr.precommit.clear()
        self.env["bus.bus"].sudo().search([]).unlink()
        message = self.received(subject="Mary Quill")
        self.env.cr.precommit.run()
        said = self.env["bus.bus"].sudo().search([("message", "like", "direct_messaging/inbox")])
        self.assertTrue(said)
        self.assertNotIn("Quill", "".join(said.mapped("message")))
        self.assertIn(f'"message_id":{message.id}', said[0].message.replace(" ", ""))

    # --- unread and done ---------------------------------------------------------------------

    def test_unread_is_counted_for_each_account(self):
        messages = self.received() | self.received()
        mine = self.env["direct.account"].with_user(self.clinician)
        self.assertEqual(mine.inbox_counts()[0]["unread"], 2)
        messages[0].with_user(self.clinician).action_mark_read()
        self.assertEqual(mine.inbox_counts()[0]["unread"], 1)
        messages[1].with_user(self.clinician).action_done()
        self.assertEqual(mine.inbox_counts()[0]["unread"], 0)
        messages[1].with_user(self.clinician).action_reopen()
        messages[1].with_user(self.clinician).action_mark_unread()
        self.assertEqual(mine.inbox_counts()[0]["unread"], 1)
        self.assertEqual(self.env["direct.account"].with_user(self.colleague).inbox_counts(), [])

    # --- who may -----------------------------------------------------------------------------

    def test_nobody_else_reads_or_changes_it(self):
        message = self.received(attachments=[document("a.pdf", PDF)])
        for user in (self.colleague, self.representative, self.outsider):
            with self.subTest(user.name):
                other = message.with_user(user)
                for method in ("inbox_read", "action_mark_read", "action_done", "action_reply"):
                    with self.assertRaises(AccessError):
                        getattr(other, method)()
                with self.assertRaises(AccessError):
                    other.action_file(self.patient.id)
                with self.assertRaises(AccessError):
                    message.attachment_ids.with_user(user).read(["raw"])
        self.assertTrue(message.with_user(self.manager).inbox_read())
        with self.assertRaises(AccessError):
            message.with_user(self.clinician).write({"is_unread": False})

    def test_only_what_was_received_is_dealt_with_so(self):
        sent = self.send(self.make_referral()).with_user(self.clinician)
        for method in (sent.action_mark_read, sent.action_done, sent.action_reply):
            with self.assertRaises(UserError):
                method()


LOGGER = "odoo.addons.direct_messaging"


def document(name, content, content_type="application/octet-stream"):
    """An attachment as the sandbox takes it."""
    return {"name": name, "content_type": content_type, "content": b64encode(content).decode()}
