"""The original of a message: downloaded by who may read it, and read again without anybody told."""

import json
from dataclasses import replace
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ...hisp.base import Nature, Reading
from ..common import DirectCommon
from .scripted_hisp import ScriptedHisp, scripted

READ_NOW = ScriptedHisp.read_item


def read_before(item):
    """A reader that misses the text and all files, and takes every letter for a notice."""
    message = READ_NOW(item).message
    return Reading(replace(message, text="", attachments=(), nature=Nature.NOTICE))


@tagged("post_install", "-at_install")
class TestReadAgain(DirectCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.hisp = self.enterContext(scripted(self.provider, ScriptedHisp()))

    def arrive(self, number=1, reader=read_before, **what):
        self.hisp.letter(number, to=self.account.address, **what)
        with patch.object(ScriptedHisp, "read_item", staticmethod(reader)):
            self.run_cron("ir_cron_poll")
        return self.env["direct.message"].search([("direction", "=", "in")], limit=1)

    def read_again(self, message, user=None):
        return message.with_user(user or self.clinician).action_read_again()["params"]

    def test_what_was_missed_is_added_and_said_and_nobody_is_told(self):
        message = self.arrive(files={"a.txt": "A", "b.txt": "B"})
        message.with_user(self.clinician).action_done()
        self.assertFalse(message.body or message.attachment_ids)
        self.env.cr.precommit.run()  # what windows were told so far
        self.env["bus.bus"].search([]).unlink()
        shown = self.read_again(message)
        self.assertIn("Message", shown["message"])
        self.assertIn("2 more documents", shown["message"])
        self.assertEqual(message.body, "Letter 1")
        self.assertEqual(message.attachment_ids.sorted("id").mapped("name"), ["a.txt", "b.txt"])
        self.assertEqual((message.nature, message.has_documents), ("letter", True))
        self.assertEqual((message.is_done, message.is_unread), (True, False))
        told = self.env["bus.bus"].search([]).mapped("message")
        self.assertFalse([each for each in told if "direct_messaging/inbox" in each])
        [noted] = message.event_ids.filtered(lambda event: event.type == "read_again")
        self.assertIn("2 more documents", noted.detail)
        self.assertNotIn("a.txt", noted.detail)

    def test_a_second_time_nothing_changes(self):
        message = self.arrive(files={"a.txt": "A"})
        self.read_again(message)
        self.assertEqual(self.read_again(message)["message"], "Nothing changed.")
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertEqual(len(message.event_ids.filtered(lambda e: e.type == "read_again")), 1)

    def test_many_at_once_and_one_that_cannot_be_read_stands_alone(self):
        messages = self.arrive(1) | self.arrive(2) | self.arrive(3)
        bad = messages[1]
        bad.original_ids.attachment_id.raw = b"\xff" * bad.original_size
        with self.assertLogs("odoo.addons.direct_messaging", "ERROR"):
            shown = self.read_again(messages, self.manager)
        self.assertIn(f"{bad.name} couldn't be read.", shown["message"])
        self.assertTrue(all((messages - bad).mapped("body")))
        self.assertFalse(bad.body)

    def test_who_may_read_the_message_may_have_its_original(self):
        message = self.arrive(reader=READ_NOW)
        original = message.with_user(self.clinician).inbox_read()["original"]
        self.assertEqual(original["size"], len(message.original_ids.attachment_id.raw))
        action = message.with_user(self.clinician).action_download_original()
        self.assertEqual(action["url"], original["url"])
        self.authenticate(self.clinician.login, self.clinician.login)
        answer = self.url_open(original["url"])
        self.assertEqual(json.loads(answer.content)["text"], "Letter 1")
        self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.authenticate(self.colleague.login, self.colleague.login)
        self.assertEqual(self.url_open(original["url"]).status_code, 404)
        for method in ("action_download_original", "action_read_again"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(message.with_user(self.colleague), method)()

    def test_an_original_goes_with_its_message(self):
        message = self.arrive(reader=READ_NOW)
        original = message.original_ids
        file = original.attachment_id
        # What was received can't be deleted; this is what a program of an administrator does
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM direct_message_event WHERE message_id = %s", [message.id])
        self.env.invalidate_all()
        with patch.object(type(message), "_drafts", ("received",)):
            message.unlink()
        self.assertFalse(original.exists() or file.exists())
