"""Every list of records of every model of ours, read with different rights one after the other."""

from odoo.fields import Command
from odoo.tests import tagged

from ...models.core import relations
from ..kit import show_table
from .test_guarded import NOTE, GuardedCommon


@tagged("post_install", "-at_install")
class TestRelations(GuardedCommon):
    """What a reader may not see is hidden by a rule on the other side."""

    def lists(self):
        """Each stored list of our models, with a record that has something in it."""
        found = {}
        for model in self.env.registry.values():
            if model._abstract or model._transient or _is_of_another_addon(model):
                continue
            for field in model._fields.values():
                if field.type not in ("one2many", "many2many") or not field.store or field.related:
                    continue
                if not _is_ours(field._module):
                    continue
                owner = self.env[model._name].sudo().with_context(active_test=False)
                found[field] = owner.search([(field.name, "!=", False)], limit=1)
        return found

    def make_world(self):
        """Have something in each list."""
        open_, final = self.make_records()
        sent = final["direct.referral"].sudo().direct_message_ids[:1]
        sent.state = "failed"
        sent.needs_attention = True
        sent._send_again(sent.to_address)
        note = final[NOTE]
        note.copy().sudo().amends_id = note
        enrollment = self.env["direct.enrollment"].sudo().search([], limit=1)
        enrollment.user_id = self.representative
        self.make("direct.agreement.acceptance", enrollment_id=enrollment.id)
        document = self.document(open_["direct.letter"])
        open_["direct.letter"].sudo().document_ids = document
        received = final["direct.message"].sudo().filtered(lambda m: m.direction == "in")[:1]
        original = self.env["direct.original"].sudo().search([], limit=1)
        original.message_id = received
        self.make("direct.message.event", message_id=sent.id, original_id=original.id)
        self.patient.direct_race_ids = self.env["direct.race"].search([], limit=1)
        self.env.flush_all()
        return open_, final

    def document(self, record):
        return (
            self.env["ir.attachment"]
            .sudo()
            .create({"name": "a.txt", "raw": b"a", "res_model": record._name, "res_id": record.id})
        )

    def hide(self, owner, comodel):
        """Have a rule hide all records of the other side from everybody."""
        domain = [("id", "in", owner.ids if comodel == owner._name else [])]
        values = {
            "name": "Hidden",
            "model_id": self.env["ir.model"]._get_id(comodel),
            "domain_force": repr(domain),
        }
        self.env["ir.rule"].create(values)

    def reader_of(self, owner):
        users = (owner.with_user(user) for user in self.roles.values())
        return next(record for record in users if record.has_access("read")).sudo(False)

    def test_each_list_is_whole_for_the_server_and_empty_for_who_may_see_nothing(self):
        self.make_world()
        lists = self.lists()
        self.assertGreater(len(lists), 15)
        for field, owner in lists.items():
            with self.subTest(str(field)), self.env.cr.savepoint() as savepoint:
                self.assertIsInstance(field, (relations.One2many, relations.Many2many))
                self.assertTrue(owner, "the test has to make a record that has something in it")
                reader, name = self.reader_of(owner), field.name
                self.assertTrue(reader[name], "there is something to hide")
                self.hide(owner, field.comodel_name)
                self.env.invalidate_all()
                whole = owner[name].ids
                self.env.invalidate_all()
                for _again in range(2):
                    self.assertFalse(reader[name])
                    self.assertFalse(reader.mapped(name))
                    self.assertEqual(reader.read([name])[0][name], [])
                    self.assertEqual(owner[name].ids, whole, "spoiled by who read before")
                    self.assertEqual(owner.mapped(name).ids, whole)
                savepoint.rollback()
            self.env.registry.clear_cache()  # it remembers rules that are gone again
            self.env.invalidate_all()
        show_table("Lists", [("lists read with different rights", len(lists))])

    def test_it_notices_a_list_of_odoos_own_kind(self):
        """What this mends: the same reading order with a list that is not ours."""
        self.make_world()
        owner = self.practice.sudo()
        owner.message_ids.sudo().unlink()
        owner.message_post(body=owner.display_name)
        self.hide(owner, "mail.message")
        self.env.invalidate_all()
        self.assertFalse(owner.with_user(self.manager).sudo(False).message_ids)
        self.assertFalse(owner.message_ids)

    def test_what_a_writer_does_not_see_stays(self):
        open_, _final = self.make_world()
        letter = open_["direct.letter"].with_user(self.clinician).sudo(False)
        hidden, shown = letter.sudo().document_ids[:1], self.document(letter).sudo(False)
        letter.sudo().document_ids = hidden
        self.env["ir.rule"].create(
            {
                "name": "One is hidden",
                "model_id": self.env["ir.model"]._get_id("ir.attachment"),
                "domain_force": repr([("id", "!=", hidden.id)]),
            }
        )
        for commands, seen in (
            ([Command.link(shown.id)], shown),
            ([Command.set(shown.ids)], shown),
            ([Command.clear()], shown.browse()),
        ):
            with self.subTest(commands):
                letter.write({"document_ids": commands})
                for _stored in range(2):
                    self.assertEqual(letter.document_ids, seen)
                    self.assertEqual(letter.sudo().document_ids, hidden | seen.sudo())
                    self.env.invalidate_all()

    def test_a_colleague_who_read_everything_opens_what_was_sent(self):
        referral = self.make_delivered().sudo(False).with_user(self.colleague)
        for all_at_once in (False, True):
            self.env.invalidate_all()
            if all_at_once:
                referral.read()
            with self.subTest(all_at_once=all_at_once):
                self.assertTrue(referral._ccda_to_read().startswith(b"<?xml"))
                self.assertFalse(referral.direct_message_ids)


def _is_ours(module):
    return (module or "").startswith("direct_messaging")


def _is_of_another_addon(model):
    return model._name.startswith("example.")
