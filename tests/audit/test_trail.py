"""What is recorded, that it cannot be changed, and that tampering is found."""

import os
import tempfile
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from unittest.mock import patch

import psycopg2
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ...models.audit import batch as batches_module
from ...models.audit.subjects import SUBJECTS
from ...tools import audit_chain
from ..common import DirectCommon


class AuditCommon(DirectCommon):
    def lines(self, **values):
        """The lines that were recorded since the last call, with these values."""
        self.env.cr.flush()
        found = self.env["direct.audit.entry"].search([("id", ">", self.last)], order="id")
        self.last = max(found.ids, default=self.last)
        return found.filtered(lambda line: all(line[name] == values[name] for name in values))

    def setUp(self):
        super().setUp()
        self.last = 0
        self.lines()

    def refused(self):
        """The lines of refusals, written as they are once the transaction is rolled back."""
        with self.enter_registry_test_mode():
            self.env.cr.postrollback.run()
        return self.lines(outcome="refused")

    def rpc(self, user, model, method, *args, **kwargs):
        return call_kw(self.env(user=user.id)[model], method, list(args), kwargs)


@tagged("post_install", "-at_install")
class TestTrail(AuditCommon):
    def test_who_did_what(self):
        note = self.make_note(signed=False)
        referral = self.make_referral()
        message = self.send(referral)
        received = self.make_answer(referral, patient_id=self.patient.id, body="Dear colleague")
        self.manager.group_ids |= self.env.ref("base.group_allow_export")
        clinician, manager = self.clinician, self.manager
        patient = self.patient
        read_note = {"subjective": {}, "plan": {}}
        for action, category, record, detail, act in (
            ("change", "note", note, "plan", lambda: self.change(clinician, note, plan="Rest.")),
            ("sign", "note", note, "action_sign", lambda: note.with_user(clinician).action_sign()),
            (
                "view",
                "note",
                note,
                "",
                lambda: self.rpc(clinician, note._name, "web_read", note.ids, read_note),
            ),
            ("view", "message", received, "", received.with_user(clinician).inbox_read),
            (
                "view",
                "message",
                message,
                "",
                lambda: self.rpc(clinician, message._name, "read", message.ids, ["body"]),
            ),
            (
                "export",
                "message",
                message,
                "body, name",
                lambda: self.rpc(
                    manager, message._name, "export_data", message.ids, ["name", "body"]
                ),
            ),
            (
                "view",
                "demographics",
                patient,
                "",
                lambda: self.rpc(
                    clinician, patient._name, "read", patient.ids, ["direct_birthdate"]
                ),
            ),
            (
                "change",
                "appointment",
                self.practice,
                "legal_representative_ids",
                lambda: self.change(
                    manager, self.practice, legal_representative_ids=self.representative.ids
                ),
            ),
            (
                "change",
                "secret",
                self.provider,
                "api_key",
                lambda: self.change(manager, self.provider, api_key="another"),
            ),
            (
                "change",
                "address",
                self.account,
                "delegate_ids",
                lambda: self.change(clinician, self.account, delegate_ids=self.colleague.ids),
            ),
        ):
            with self.subTest(action, category=category):
                self.lines()
                act()
                [line] = self.lines(
                    model=record._name, res_id=record.id, action=action, detail=detail
                )
                self.assertEqual((line.category, line.outcome), (category, "done"))
                about = record if record == patient else record[:1]
                if "patient_id" in record._fields or record == patient:
                    self.assertEqual(line.patient_id, patient)
                self.assertEqual(line.user_id.login, line.login)
                self.assertEqual(line.company_id, self.company, about)

    def change(self, user, record, **values):
        record.with_user(user).write(values)

    def test_sending_is_recorded_once_with_whom_it_was_for(self):
        self.account.delegate_ids = self.colleague
        referral = self.make_referral()
        self.lines()
        referral.with_user(self.colleague).action_send_message()
        [line] = self.lines(action="send", model="direct.referral")
        self.assertEqual(
            (line.user_id, line.for_user_id, line.res_id),
            (self.colleague, self.clinician, referral.id),
        )

    def test_no_content_is_in_it(self):
        note = self.make_note(plan="Unmistakable words")
        self.make_referral(note=note, reason="Unmistakable words")
        self.change(self.manager, self.provider, api_key="Unmistakable words")
        self.env.cr.flush()
        self.env.cr.execute("SELECT e::text FROM direct_audit_entry e")
        text = str(self.env.cr.fetchall())
        for word in ("Unmistakable", "Quill", "MRN-778", "1980"):
            self.assertNotIn(word, text)

    def test_refusals_are_recorded_whatever_is_rolled_back(self):
        note = self.make_note()
        referral = self.make_referral()
        for user, model, method, args in (
            (self.outsider, "direct.message", "search_read", [[]]),
            (self.colleague, "direct.clinical.note", "write", [note.ids, {"plan": "x"}]),
            (self.clinician, "direct.practice", "write", [self.practice.ids, {"domain": "x"}]),
            (self.colleague, "direct.referral", "action_send_message", [referral.ids]),
            (self.colleague, "direct.referral", "unlink", [referral.ids]),
        ):
            with self.subTest(model=model, method=method):
                self.lines()
                with self.assertRaises(UserError):
                    self.rpc(user, model, method, *args)
                lines = self.refused()
                self.assertTrue(lines)
                self.assertEqual(set(lines.mapped("user_id")), {user})
                self.assertEqual(lines[0].model, model)
                self.assertFalse(self.refused(), "written twice")

    def test_what_is_rolled_back_leaves_no_line(self):
        note = self.make_note(signed=False)
        self.lines()
        with self.env.cr.savepoint() as savepoint:
            self.change(self.clinician, note, plan="Rest.")
            savepoint.rollback()
        self.assertFalse(self.lines())

    def test_each_model_of_ours_has_a_place_in_the_trail(self):
        names = self.env.registry.descendants(["direct.guarded"], "_inherit")
        unplaced = {
            name
            for name in names
            if not self.env[name]._abstract
            and name not in SUBJECTS
            and self.env[name]._audited.category == "other"
            and not self.env[name]._transient
        }
        self.assertFalse(unplaced)

    def test_the_paths_of_the_table_exist(self):
        for name, subject in SUBJECTS.items():
            for path in filter(None, (subject.patient, subject.owner)):
                with self.subTest(name, path=path):
                    ends = {"res.partner"} if path == subject.patient else {"res.users"}
                    self.assertIn(self.end_of(self.env[name], path), ends)
            for field in subject.contents.split():
                self.assertIn(field, self.env[name]._fields)

    @staticmethod
    def end_of(model, path):
        """The model that a path ends at; `id` is the record itself."""
        return model._name if path == "id" else model.mapped(path)._name

    # --- who reads it ------------------------------------------------------------------------

    def test_who_reads_it(self):
        self.make_note()
        self.env.cr.flush()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user("Eve", "direct_messaging.group_manager", company=elsewhere)
        entries = self.env["direct.audit.entry"]
        self.assertTrue(entries.with_user(self.manager).search([("model", "like", "note")]))
        self.assertFalse(entries.with_user(stranger).search([("model", "like", "note")]))
        for user in (self.clinician, self.representative, self.outsider):
            with self.subTest(user.name), self.assertRaises(AccessError):
                entries.with_user(user).search([])

    def test_who_saw_a_referral(self):
        referral = self.make_delivered()
        self.rpc(self.clinician, "direct.referral", "web_read", referral.ids, {"reason": {}})
        self.env.cr.flush()
        action = referral.with_user(self.manager).action_audit()
        lines = self.env["direct.audit.entry"].with_user(self.manager).search(action["domain"])
        seen = lines.filtered(lambda line: line.action == "view" and line.res_id == referral.id)
        self.assertEqual(seen.user_id, self.clinician)
        with self.assertRaises(AccessError):
            referral.with_user(self.clinician).action_audit()

    def test_a_deleted_or_merged_record_changes_nothing(self):
        patient = self.make_patient("Gone Tomorrow")
        self.rpc(self.clinician, "res.partner", "read", patient.ids, ["direct_birthdate"])
        line = self.lines(action="view")
        patient.unlink()
        self.env.invalidate_all()
        self.env.cr.execute("SELECT patient_id FROM direct_audit_entry WHERE id = %s", [line.id])
        self.assertEqual(self.env.cr.fetchall(), [(patient.id,)])
        self.rpc(self.manager, line._name, "web_search_read", [], {"patient_id": {"fields": {}}})

    # --- that it cannot be changed -----------------------------------------------------------

    def test_it_is_append_only_for_everybody(self):
        self.make_note()
        line = self.lines()[:1]
        for method, args in (("write", [{"login": "x"}]), ("unlink", []), ("create", [{}])):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(line.with_user(self.manager), method)(*args)
        for statement in (
            "UPDATE direct_audit_entry SET login = 'x'",
            "DELETE FROM direct_audit_entry",
            "TRUNCATE direct_audit_entry",
            "UPDATE direct_audit_batch SET digest = 'x'",
            "DELETE FROM direct_audit_batch",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.RaiseException),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    "INSERT INTO direct_audit_batch (sealed_from, sealed_until,"
                    " entries, previous, digest) VALUES (now(), now(), 0, 'x', 'x')"
                )
                self.env.cr.execute(statement)

    def test_the_triggers_fire_for_replication_as_well(self):
        self.env.cr.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger"
            " WHERE tgname LIKE 'direct_audit%'"
        )
        found = self.env.cr.fetchall()
        self.assertEqual(len(found), 5)
        self.assertEqual({enabled for _table, _name, enabled in found}, {"A"})

    def test_lines_older_than_they_are_kept_are_forgotten(self):
        self.make_note()
        sealed = self.seal()
        self.make_note()
        kept = self.lines()[-1:]
        for table, columns in (("entry", ("at",)), ("batch", ("sealed_from", "sealed_until"))):
            moved = ", ".join(f"{column} = {column} - interval '11 years'" for column in columns)
            self.tamper(
                f"UPDATE direct_audit_{table} SET {moved} WHERE {columns[-1]} <= %s",  # noqa: S608
                sealed.sealed_until,
            )
        self.env["direct.audit.batch"]._forget_old()
        self.env.cr.execute("SELECT count(*) FROM direct_audit_entry WHERE at < '2020-01-01'")
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertTrue(kept.exists())
        self.assertNotIn("deleted", {f.kind for f in self.env["direct.audit.batch"]._verify()})

    # --- that tampering is found -------------------------------------------------------------

    def tamper(self, statement, *values):
        """Do what the owner of the tables can do."""
        for table in ("entry", "batch"):
            self.env.cr.execute(f"ALTER TABLE direct_audit_{table} DISABLE TRIGGER USER")
        self.env.cr.execute(statement, values)
        for table in ("entry", "batch"):
            for trigger in ("no_change", "no_truncate"):
                self.env.cr.execute(
                    f"ALTER TABLE direct_audit_{table} ENABLE ALWAYS TRIGGER direct_audit_{trigger}"
                )
        self.env.cr.execute(
            "ALTER TABLE direct_audit_entry ENABLE ALWAYS TRIGGER direct_audit_stamp"
        )
        self.env.invalidate_all()

    def seal(self):
        self.env.cr.flush()
        self.env.cr.execute("SELECT max(at) + interval '1 microsecond' FROM direct_audit_entry")
        return self.env["direct.audit.batch"]._seal_until(self.env.cr.fetchone()[0])

    def sealed_batches(self, number=3):
        batches = []
        for _batch in range(number):
            for _note in range(2):
                self.make_note()
            batches.append(self.seal())
        return batches

    def test_tampering_is_found(self):
        batches = self.sealed_batches()
        audit = self.env["direct.audit.batch"]
        self.assertEqual(audit._verify(), [])
        in_second = [row[0] for row in audit._rows(*batches[1][1:3])]
        last_sealed = batches[-1].sealed_from
        for kinds, statement, values in (
            (["changed"], "UPDATE direct_audit_entry SET user_id = 1 WHERE id = %s", in_second[:1]),
            (
                ["changed"],
                "UPDATE direct_audit_entry SET detail = 'x' WHERE id = %s",
                in_second[-1:],
            ),
            (["deleted"], "DELETE FROM direct_audit_entry WHERE id = %s", in_second[:1]),
            (["deleted"], "DELETE FROM direct_audit_entry WHERE at >= %s", [last_sealed]),
            (
                ["added"],
                "INSERT INTO direct_audit_entry (at, user_id, model, category, action, outcome)"
                " SELECT at, 1, 'x', 'x', 'x', 'x' FROM direct_audit_entry WHERE id = %s",
                in_second[:1],
            ),
            (["broken"], "DELETE FROM direct_audit_batch WHERE id = %s", [batches[1].id]),
            (
                ["changed", "broken"],
                "UPDATE direct_audit_batch SET digest = 'x' WHERE id = %s",
                [batches[1].id],
            ),
        ):
            with self.subTest(statement), self.env.cr.savepoint() as savepoint:
                self.tamper(statement, *values)
                self.assertEqual([finding.kind for finding in audit._verify()], kinds)
                savepoint.rollback()
        self.assertEqual(audit._verify(), [])

    def test_an_anchor_shows_what_the_chain_cannot(self):
        batches = self.sealed_batches()
        audit = self.env["direct.audit.batch"]
        file = Path(self.enterContext(tempfile.TemporaryDirectory())) / "anchors"
        with patch.dict(os.environ, DIRECT_MESSAGING_AUDIT_ANCHOR=f"file:{file}"):
            for batch in batches:
                audit._anchor(batch)
            self.assertEqual(audit._verify(), [])
            with self.subTest("the end is cut off"), self.env.cr.savepoint() as savepoint:
                self.tamper(
                    "WITH gone AS (DELETE FROM direct_audit_batch WHERE id = %s RETURNING 1)"
                    " DELETE FROM direct_audit_entry WHERE at >= %s",
                    batches[-1].id,
                    batches[-1].sealed_from,
                )
                self.assertEqual([finding.kind for finding in audit._verify()], ["truncated"])
                savepoint.rollback()
            with self.subTest("all is written anew"), self.env.cr.savepoint() as savepoint:
                self.tamper("DELETE FROM direct_audit_batch")
                self.tamper(
                    "DELETE FROM direct_audit_entry WHERE id = (SELECT min(id) FROM"
                    " direct_audit_entry)"
                )
                self.seal()
                self.assertEqual({finding.kind for finding in audit._verify()}, {"truncated"})
                savepoint.rollback()

    def test_uninstalling_exports_it_first(self):
        self.make_note()
        self.lines()
        with tempfile.TemporaryDirectory() as folder:
            path = self.env["direct.audit.batch"]._export_all(folder)
            lines = path.read_text().splitlines()
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        number = self.env["direct.audit.entry"].search_count([])
        self.assertEqual(len(lines), number + 1)

    def test_the_button_says_what_it_found(self):
        batches = self.sealed_batches(1)
        audit = self.env["direct.audit.batch"].with_user(self.manager)
        self.assertEqual(audit.action_verify()["params"]["type"], "success")
        self.tamper(
            "UPDATE direct_audit_entry SET detail = 'x' WHERE at < %s", batches[0].sealed_until
        )
        found = audit.action_verify()["params"]
        self.assertEqual(found["type"], "danger")
        self.assertIn("A line was changed", found["message"])
        with self.assertRaises(AccessError):
            audit.with_user(self.clinician).action_verify()

    def test_the_command_finds_the_same(self):
        batches = self.sealed_batches(2)
        path = Path(__file__).parents[2] / "bin/verify-audit"
        loader = SourceFileLoader("verify_audit", str(path))
        command = module_from_spec(spec_from_loader("verify_audit", loader))
        loader.exec_module(command)
        anchors = {batches[0].id: batches[0].digest}
        self.assertEqual(command.verify(self.env.cr, anchors)[0], [])
        self.tamper(
            "DELETE FROM direct_audit_entry WHERE at < %s AND at >= %s",
            batches[0].sealed_until,
            batches[0].sealed_from,
        )
        findings, _batches = command.verify(self.env.cr, {batches[0].id: "another"})
        self.assertEqual([finding.kind for finding in findings], ["deleted", "broken"])

    def test_the_cron_seals_once_and_anchors(self):
        self.make_note()
        self.env.cr.flush()
        audit = self.env["direct.audit.batch"]
        sealed = self.seal()
        with patch.object(batches_module._logger, "info") as logged:
            audit._anchor(sealed)
        lines = [call.args[0] % call.args[1:] for call in logged.call_args_list]
        self.assertEqual(audit_chain.read_anchors(lines), {sealed.id: sealed.digest})
        number = audit.search_count([])
        self.assertIsNone(self.seal())
        self.assertEqual(audit.search_count([]), number)

    def test_a_line_after_the_clock_was_set_back_is_not_put_into_what_is_sealed(self):
        self.make_note()
        batch = self.seal()
        until = batch.sealed_until.replace(year=batch.sealed_until.year + 1)
        self.tamper("UPDATE direct_audit_batch SET sealed_until = %s", until)
        self.make_note()
        self.env.cr.flush()
        self.env.cr.execute("SELECT max(at) FROM direct_audit_entry")
        self.assertEqual(self.env.cr.fetchone()[0], until)


@tagged("post_install", "-at_install")
class TestTrailByHttp(AuditCommon, HttpCase):
    def call(self, message, method, *args):
        params = {"model": message._name, "method": method, "args": [message.ids, *args]}
        self.url_open("/web/dataset/call_kw", json={"params": {**params, "kwargs": {}}})

    def test_where_it_came_from(self):
        message = self.send(self.make_referral())
        self.authenticate(self.clinician.login, self.clinician.login)
        self.lines()
        self.call(message, "inbox_read")
        [line] = self.lines(action="view")
        self.assertEqual(line.origin, "127.0.0.1 web")
        self.assertEqual(line.user_id, self.clinician)

    def test_a_refusal_over_http_is_recorded(self):
        message = self.send(self.make_referral())
        self.authenticate(self.outsider.login, self.outsider.login)
        self.lines()
        with mute_logger("odoo.http"):
            self.call(message, "read", ["body"])
        [line] = self.lines(outcome="refused")
        self.assertEqual((line.user_id, line.action), (self.outsider, "view"))
