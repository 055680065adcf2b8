"""What was sent and what arrived share a model; neither is treated as the other."""

from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from psycopg2.errors import CheckViolation

from ..common import DirectCommon

NOW = datetime(2026, 5, 4, 12)

# What a message of one direction may not have, or may not be without
NEVER = {
    "in": {
        "state": "queued",
        "queued_at": NOW,
        "accepted_at": NOW,
        "delivered_at": NOW,
        "next_attempt_at": NOW,
        "attempts": 1,
        "problem": "It wasn't delivered.",
        "advice": "Send it again.",
        "provider_reference": "REF-1",
        "sent_by_id": "user",
        "resend_of_id": "message",
        "is_sent_another_way": True,
        "needs_attention": True,
    },
    "out": {
        "state": "received",
        "patient_id": None,
        "account_id": None,
        "identity": "<a@b.example>",
        "sent_at": NOW,
        "received_at": NOW,
        "context_type": "referral/report",
        "has_documents": True,
        "nature": "letter",
        "said_of_patient": '[{"full": "Mary Quill"}]',
        "forwarded_to_id": "user",
        "away_until": NOW.date(),
        "is_unread": True,
        "is_done": True,
        "answer_kind": "report",
    },
}
# Public methods, the direction they are for, and what they are called with
METHODS = {
    "action_cancel": ("out",),
    "action_ask_legal_representative": ("out",),
    "action_ask_again": ("out",),
    "action_send_again": ("out",),
    "action_sent_another_way": ("out",),
    "action_send_by": ("out", "print"),
    "action_use_report": ("out",),
    "action_reply": ("in",),
    "action_forward": ("in",),
    "action_mark_read": ("in",),
    "action_mark_unread": ("in",),
    "action_done": ("in",),
    "action_reopen": ("in",),
    "action_assign": ("in", "account"),
    "action_file": ("in", "patient"),
    "action_unfile": ("in",),
    "action_read_again": ("in",),
    "action_import_entries": ("in", 0, [], "direct.clinical.note"),
    "inbox_entries": ("in", 0),
    "direct_fetch": ("in",),
    "direct_file": ("in", "patient"),
    "direct_acknowledge": ("in",),
}
# The reading pane shows either, what was sent has no original, and a list is of no message
BOTH = {"inbox_read", "action_download_original", "direct_incoming"}


@tagged("post_install", "-at_install")
class TestDirections(DirectCommon):
    def setUp(self):
        super().setUp()
        referral = self.make_delivered()
        self.messages = {
            "out": referral.sudo().direct_message_ids,
            "in": self.make_answer(referral, patient_id=self.patient.id),
        }
        self.known = {
            "user": self.colleague.id,
            "message": self.messages["out"].id,
            "account": self.account.id,
            "patient": self.patient.id,
        }
        self.env.flush_all()

    def cells(self):
        for direction, fields in NEVER.items():
            for name, value in fields.items():
                yield self.messages[direction], name, self.known.get(value, value)

    @mute_logger("odoo.sql_db")
    def test_the_database_holds_what_each_may_have(self):
        for message, name, value in self.cells():
            by_sql = SQL(
                "UPDATE direct_message SET %s = %s WHERE id = %s",
                SQL.identifier(name),
                value,
                message.id,
            )
            with (
                self.subTest(message.direction, field=name),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(by_sql)
            self.env.invalidate_all()

    @mute_logger("odoo.sql_db")
    def test_the_server_itself_writes_nothing_else(self):
        for message, name, value in self.cells():
            value = [{"full": "Mary Quill"}] if name == "said_of_patient" else value
            with (
                self.subTest(message.direction, field=name),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                # What is computed is given its value as its computation does
                message._fields[name].write(message.sudo(), value)
                self.env.flush_all()
            self.env.invalidate_all()

    def test_each_public_method_is_for_one_direction(self):
        model = type(self.env["direct.message"])
        public = {
            name
            for name in dir(model)
            if not name.startswith("_") and getattr(getattr(model, name), "decides", False)
        }
        self.assertEqual(public, METHODS.keys() | BOTH, "say here which direction it is for")
        for name, (direction, *arguments) in METHODS.items():
            other = self.messages["in" if direction == "out" else "out"]
            arguments = [
                self.known.get(one, one) if isinstance(one, str) else one for one in arguments
            ]
            words = "you have sent" if direction == "out" else "you have received"
            method = getattr(other.sudo(False).with_user(self.clinician), name)
            with self.subTest(name), self.assertRaisesRegex(UserError, words):
                method(*arguments)
