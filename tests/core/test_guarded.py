"""Every field of every model of ours, written by every kind of user, by RPC.

What may be written is said here a second time, by hand: a field that is opened in a model without a
line here fails, and so does a guard that is taken away.
"""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.service.model import call_kw
from odoo.tests import tagged

from ..common import DirectCommon
from ..kit import show_table

NOTE = "direct.clinical.note"
LETTER_FIELDS = "to_address subject body document_ids"
REFERRAL_FIELDS = "reason urgency subject body document_ids include_ccda send_as_id"
NOTE_FIELDS = (
    "patient_id date subjective objective assessment plan problem_ids medication_ids allergy_ids"
    " no_known_problems no_current_medications no_known_allergies"
    " vital_ids result_ids immunization_ids procedure_ids smoking social_ids care_team_ids"
    " goal_ids concern_ids carried_from_id is_reviewed"
)
LINE_FIELDS = {
    "direct.clinical.problem": (
        "name icd10_code snomed_code onset_date status end_date is_diagnosis"
    ),
    "direct.clinical.medication": (
        "name rxnorm_code dosage status start_date end_date dose dose_unit route frequency"
        " as_needed as_needed_for indication"
    ),
    "direct.clinical.allergy": (
        "name rxnorm_code snomed_code reaction severity status kind criticality onset_date"
    ),
    "direct.clinical.vital": "kind value unit",
    "direct.clinical.result": "name loinc_code value unit date interpretation normal",
    "direct.clinical.immunization": "name cvx_code date lot",
    "direct.clinical.procedure": "name snomed_code date",
    "direct.clinical.social": "name answer date",
    "direct.clinical.care.team": "name role phone since_date",
    "direct.clinical.goal": "name due_date",
    "direct.clinical.concern": "name since_date",
}
PROVIDER_FIELDS = (
    "name sequence active code state company_id base_url tls_floor ca_certificate api_key"
    " support_name support_phone support_url proofing knowledge_questions max_message_bytes"
    " confirmation_minutes"
    " package_as_xdm edge_smtp_host edge_smtp_port edge_smtp_security edge_imap_host"
    " edge_imap_port edge_imap_security shared_login shared_password client_certificate"
    " client_key final_delivery phimail_host phimail_port edge_delete_after_storing edge_since"
    " updox_application_id updox_password"
)
OWNER_FIELDS = "delegate_ids away_from away_until substitute_id"
ACCOUNT_FIELDS = f"{OWNER_FIELDS} active mailbox_login mailbox_password"
PARTNER_FIELDS = (
    "direct_address direct_npi direct_specialty direct_wants_xdm direct_is_patient"
    " direct_birthdate direct_sex direct_record_number direct_family_name direct_former_names"
    " direct_mobile direct_race_ids direct_ethnicity direct_language"
    " direct_guardian direct_guardian_relation direct_guardian_phone"
    " direct_emergency direct_emergency_relation direct_emergency_phone"
    " direct_payer direct_plan direct_member_number direct_group_number direct_primary_care_id"
)
COMPANY_FIELDS = (
    "direct_provider_id direct_report_days_routine direct_report_days_urgent"
    " direct_report_days_stat"
)
MANAGERS = ("manager", "administrator")
SYSTEM_FIELDS = f"{PROVIDER_FIELDS} private_network"

# Which fields may be written by RPC, by role, while the record is no final one. Whatever is not
# here is refused.
MAY_WRITE = {
    "direct.provider": {"manager": PROVIDER_FIELDS, "administrator": SYSTEM_FIELDS},
    "direct.practice": dict.fromkeys(MANAGERS, "legal_representative_ids"),
    "direct.account": {
        "clinician": OWNER_FIELDS,
        **dict.fromkeys(MANAGERS, ACCOUNT_FIELDS),
    },
    "direct.setup": {"clinician": "label username mailbox_login mailbox_password"},
    "direct.authentication": {"representative": "reference"},
    "direct.referral": dict.fromkeys(("clinician", "delegate"), REFERRAL_FIELDS),
    "direct.referral.answer": {"clinician": "appointment_at note"},
    "direct.letter": {"clinician": LETTER_FIELDS},
    "direct.resend": {"clinician": "to_address"},
    NOTE: {"clinician": NOTE_FIELDS},
    **{model: {"clinician": f"sequence {fields}"} for model, fields in LINE_FIELDS.items()},
    "res.partner": dict.fromkeys(("front_desk", "administrator"), PARTNER_FIELDS),
    "res.company": {"administrator": COMPANY_FIELDS},
    "res.users": dict.fromkeys(("clinician", "administrator"), "direct_daily_summary"),
}
# Who may make and delete records by RPC, while they are no final ones
MAY_CREATE = {
    "direct.provider": (*MANAGERS, "elsewhere"),
    NOTE: ("clinician", "colleague", "delegate", "front_desk", *MANAGERS, "elsewhere"),
    **dict.fromkeys(LINE_FIELDS, ("clinician",)),
}
MAY_DELETE = {
    "direct.provider": MANAGERS,
    "direct.setup": ("clinician",),
    "direct.referral": ("clinician", "delegate"),
    "direct.letter": ("clinician",),
    NOTE: ("clinician",),
    **dict.fromkeys(LINE_FIELDS, ("clinician",)),
}
# What is written where anything of the type is not good enough
VALUES = {
    "direct_npi": "1234567893",
    "direct_address": "other@practice.direct.sandbox.test",
    "snomed_code": "38341003",
    "icd10_code": "E11.9",
    "rxnorm_code": "7980",
    "loinc_code": "4548-4",
    "cvx_code": "141",
    "unit": "Cel",
    "company_id": False,
    "code": "sandbox",
    "base_url": "https://other.example",
    "away_until": "2099-03-01",
    "no_known_problems": False,
    "no_current_medications": False,
    "no_known_allergies": False,
}


class GuardedCommon(DirectCommon):
    """Users of each kind, and records of each model in each state that counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = "direct_messaging.group_user"
        manager = "direct_messaging.group_manager"
        elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.practice.legal_representative_ids = cls.representative
        cls.roles = {
            "clinician": cls.clinician,
            "colleague": cls.colleague,
            "delegate": cls.make_user("Dee Delegate", user),
            "front_desk": cls.make_user("Flo Desk", user, "base.group_partner_manager"),
            "manager": cls.manager,
            "administrator": cls.make_user("Sam System", manager, "base.group_system"),
            "representative": cls.representative,
            "outsider": cls.make_user("Oz Out", "base.group_partner_manager"),
            "portal": cls.make_user("Pat Portal", "base.group_portal"),
            "elsewhere": cls.make_user("Eve Elsewhere", manager, company=elsewhere),
        }
        cls.provider.company_id = cls.company
        cls.account.write(
            {
                "delegate_ids": [Command.set(cls.roles["delegate"].ids)],
                "substitute_id": cls.colleague.id,
                "away_from": "2099-01-01",
                "away_until": "2099-02-01",
            }
        )

    @classmethod
    def guarded_models(cls):
        names = cls.env.registry.descendants(["direct.guarded"], "_inherit")
        return [cls.env[name] for name in sorted(names) if not cls.env[name]._abstract]

    def make_records(self):
        """Return lists of records by model: those that are no final ones, then those that are."""
        self.env.flush_all()
        open_ = {
            NOTE: self.make_note(signed=False, **self.lines()),
            "direct.referral": self.make_referral(),
        }
        final = {NOTE: self.make_note(**self.lines()), "direct.referral": self.make_delivered()}
        received = self.make_answer(final["direct.referral"], patient_id=self.patient.id)
        letter = self.env["direct.letter"].with_user(self.clinician)
        open_["direct.letter"] = letter._begin(received, "forward")
        final["direct.letter"] = letter._begin(received, "forward")
        final["direct.letter"].sudo().state = "sent"
        for records in (open_, final):
            records["direct.referral.recipient"] = records["direct.referral"].recipient_ids
            for field in self.lines():
                lines = records[NOTE][field]
                records[lines._name] = lines
        sent = final["direct.referral"].direct_message_ids
        final["direct.message"] = sent | received
        open_ |= {
            # One in use asks for its secrets again: tests/provider/test_address.py
            "direct.provider": self.make_provider(company_id=self.company.id, state="disabled"),
            "direct.practice": self.practice,
            "direct.account": self.account,
            "direct.resend": self.make("direct.resend", message_id=sent[:1].id),
            "direct.setup": self.make("direct.setup", company_id=self.company.id),
            "direct.authentication": self.make("direct.authentication", self.representative),
            "direct.referral.answer": self.make("direct.referral.answer", answer="declined"),
            "res.partner": self.patient,
            "res.company": self.company,
            "res.users": self.clinician,
        }
        final["direct.message.event"] = sent.event_ids[:1]
        for model in self.guarded_models():
            if model._name not in open_ | final:
                is_final = model._drafts == ()
                (final if is_final else open_)[model._name] = self.make(model._name)
        self.env.flush_all()
        return open_, final

    @staticmethod
    def lines():
        return {
            "problem_ids": [Command.create({"name": "Cough"})],
            "medication_ids": [Command.create({"name": "Lisinopril"})],
            "allergy_ids": [Command.create({"name": "Peanut"})],
            "vital_ids": [Command.create({"kind": "temperature", "value": 98.6})],
            "result_ids": [Command.create({"name": "Hemoglobin A1c", "value": "7.2"})],
            "immunization_ids": [Command.create({"name": "Tdap"})],
            "procedure_ids": [Command.create({"name": "Appendectomy"})],
            "social_ids": [Command.create({"name": "Occupation", "answer": "Teacher"})],
            "care_team_ids": [Command.create({"name": "Pia Primary"})],
            "goal_ids": [Command.create({"name": "Walk a mile"})],
            "concern_ids": [Command.create({"name": "Afraid of surgery"})],
        }

    def make(self, name, user=None, **values):
        """Make a record of any model, by the server, with something in each field it requires."""
        model = self.env[name].with_user(user or self.clinician)._as_server()
        for field in model._fields.values():
            if field.name in values or not field.store or field.compute or field.default:
                continue
            if field.required or (field.type == "many2one" and field.comodel_name == "res.users"):
                is_user = field.comodel_name == "res.users"
                values[field.name] = model.env.uid if is_user else self.value_for(model, field)
        return model.create(values)

    def value_for(self, record, field):
        """Return something that may be written to `field`, and is not what it holds."""
        if field.name in VALUES:
            return VALUES[field.name]
        if field.type == "many2one":
            comodel = self.env[field.comodel_name].sudo()
            known = {
                "res.users": self.colleague,
                "res.partner": self.make_patient("Somebody Else"),
                "res.company": self.company,
                "direct.practice": self.practice,
                "direct.provider": self.provider,
                "direct.account": self.account,
            }.get(field.comodel_name, comodel)
            return (known or comodel.search([], limit=1, order="id desc")).id
        if field.type in ("one2many", "many2many"):
            is_users = field.comodel_name == "res.users"
            return [Command.set(self.colleague.ids)] if is_users else [Command.clear()]
        if field.type == "selection":
            keys = field.get_values(self.env)
            return next((key for key in keys if not record or key != record[:1][field.name]), None)
        return {
            "char": f"x {record[:1].id}",
            "text": "x",
            "html": "<p>x</p>",
            "integer": 7,
            "float": 7.0,
            "boolean": True,
            "date": fields.Date.today(),
            "datetime": fields.Datetime.now(),
            "json": {},
            "binary": b"eA==",
            "many2one_reference": 1,
            "reference": False,
        }[field.type]

    def call(self, role, model, method, *args, context=None, **kwargs):
        """Call as the web client does. Return the type of the refusal, or None."""
        env = self.env(user=self.roles[role].id, context={})
        kwargs["context"] = {"allowed_company_ids": self.roles[role].company_ids.ids} | (
            context or {}
        )
        try:
            call_kw(env[model], method, list(args), kwargs)
            self.env.flush_all()
        except (AccessError, UserError) as refusal:
            return AccessError if isinstance(refusal, AccessError) else UserError
        return None

    def rolled_back(self, *args, **kwargs):
        """As `call`, and take back what it did."""
        with self.env.cr.savepoint() as savepoint:
            result = self.call(*args, **kwargs)
            savepoint.rollback()
        self.env.invalidate_all()
        return result


@tagged("post_install", "-at_install")
class TestGuarded(GuardedCommon):
    def wrong_cells(self, records, is_final, only=None):
        """Write each field as each role; return the cells that end otherwise than they should."""
        wrong, self.tried = [], 0
        for name, record in records.items():
            for field in record._fields.values():
                if field.name in MAGIC_COLUMNS or not field.name.startswith(record._guarded_prefix):
                    continue
                if only and (name, field.name) != only:
                    continue
                value = self.value_for(record.sudo(), field)
                for role in self.roles:
                    may = field.name in MAY_WRITE.get(name, {}).get(role, "").split()
                    expected = (UserError if is_final else None) if may else AccessError
                    # What is refused has changed nothing that would have to be taken back
                    call = self.rolled_back if expected is None else self.call
                    found = call(role, name, "write", record[:1].ids, {field.name: value})
                    self.tried += 1
                    if found is not expected:
                        wrong.append((name, field.name, role, expected, found))
        return wrong

    def test_what_is_written(self):
        open_, final = self.make_records()
        self.assertEqual({m._name for m in self.guarded_models()}, open_.keys() | final.keys())
        tried = 0
        for records, is_final in ((open_, False), (final, True)):
            with self.subTest(final=is_final):
                wrong = self.wrong_cells(records, is_final)
                self.assertFalse(wrong[:9], len(wrong))
            tried += self.tried
        show_table("Tried by RPC", [("fields written by RPC", tried)])
        self.assertGreater(tried, 3000)

    def test_it_notices_when_a_guard_is_taken_away(self):
        open_, final = self.make_records()
        model = type(self.env["direct.referral"])
        for guard, records, field, taken_away in (
            ("_may_be_written", open_, "sent_at", lambda self, name: True),
            ("_check_not_final", final, "reason", lambda self: None),
        ):
            only = ("direct.referral", field)
            self.assertFalse(self.wrong_cells(records, records is final, only))
            with self.subTest(guard), patch.object(model, guard, taken_away):
                self.assertTrue(self.wrong_cells(records, records is final, only))

    def test_who_makes_records_and_with_what(self):
        open_, _final = self.make_records()
        tried = 0
        for name, record in open_.items():
            if record._guarded_prefix:
                continue
            values = {
                field.name: self.value_for(record.browse(), field)
                for field in record._fields.values()
                if field.required and field.store and not field.compute and not field.default
                if field.name in MAY_WRITE.get(name, {}).get("clinician", "").split()
            }
            if "note_id" in record._fields:
                values["note_id"] = open_[NOTE].id
            for role in self.roles:
                # Nobody links a patient of another practice
                may = role in MAY_CREATE.get(name, ()) and (name, role) != (NOTE, "elsewhere")
                if name == "direct.provider":
                    values = {"name": "Another", "code": "sandbox"}
                expected = None if may else AccessError
                with self.subTest(model=name, role=role):
                    self.assertIs(self.rolled_back(role, name, "create", [values]), expected)
                    tried += 1
                if not may:
                    continue
                for field in record._fields.values():
                    opened = " ".join(MAY_WRITE[name].values()).split()
                    if field.name in (*MAGIC_COLUMNS, "note_id", *opened):
                        continue
                    closed = {**values, field.name: self.value_for(record.browse(), field)}
                    tried += 1
                    for method in ("create", "web_save"):
                        args = ([closed],) if method == "create" else ([], closed, {})
                        with self.subTest(model=name, role=role, field=field.name, method=method):
                            self.assertIs(self.rolled_back(role, name, method, *args), AccessError)
        show_table("Tried by RPC", [("records made by RPC", tried)])

    def test_who_deletes_and_no_context_helps(self):
        open_, final = self.make_records()
        for records in (open_, final):
            for name, record in records.items():
                if record._guarded_prefix:
                    continue
                for role in self.roles:
                    may = role in MAY_DELETE.get(name, ())
                    expected = (UserError if records is final else None) if may else AccessError
                    if name == "direct.provider" and may:
                        continue  # a provider in use is kept by what refers to it
                    for context in ({}, {"_force_unlink": True}):
                        with self.subTest(model=name, role=role, context=context):
                            self.assertIs(
                                self.rolled_back(
                                    role, name, "unlink", record[:1].ids, context=context
                                ),
                                expected,
                            )

    def test_the_server_itself_changes_no_record_that_is_append_only(self):
        _open, final = self.make_records()
        for name, record in final.items():
            changes = record._server_changes
            if changes is None:
                continue
            for field in record._fields.values():
                if field.name in (*MAGIC_COLUMNS, *changes.split()) or field.compute:
                    continue
                value = self.value_for(record.sudo(), field)
                with self.subTest(model=name, field=field.name), self.assertRaises(UserError):
                    record[:1].sudo().write({field.name: value})

    def test_an_import_writes_no_more(self):
        note, _final = self.make_records()[0][NOTE], None
        note.flush_recordset()
        result = (
            note.with_user(self.clinician)
            .with_context(import_file=True)
            .load([".id", "state"], [[str(note.id), "Signed"]])
        )
        self.assertFalse(result["ids"])
        self.assertIn("can't be changed directly", result["messages"][0]["message"])
        self.assertEqual(note.state, "draft")

    def test_a_copy_begins_anew(self):
        note = self.make_note(**self.lines())
        copy = note.with_user(self.colleague).copy()
        self.assertEqual((copy.author_id, copy.state), (self.colleague, "draft"))
        self.assertEqual(copy.plan, note.plan)
        self.assertEqual(copy.problem_ids.mapped("name"), ["Cough"])
        with self.assertRaises(AccessError):
            note.with_user(self.colleague).copy({"author_id": self.clinician.id})

    def test_a_line_stays_in_its_note(self):
        mine = self.make_note(signed=False, **self.lines())
        theirs = self.make_note(self.colleague, signed=False)
        line = mine.problem_ids
        for way in (
            lambda: line.write({"note_id": theirs.id}),
            lambda: theirs.with_user(self.clinician).write(
                {"problem_ids": [Command.link(line.id)]}
            ),
            lambda: line.create({"note_id": theirs.id, "name": "Planted"}),
        ):
            with self.assertRaises(AccessError):
                way()

    def test_a_form_computes_from_what_is_stored(self):
        setup = self.make("direct.setup", company_id=self.company.id).with_user(self.clinician)
        elsewhere = self.env["res.company"].create({"name": "Secret Practice"})
        spec = {"label": {}, "username": {}, "company_id": {"fields": {"name": {}}}}
        told = setup.onchange(
            {"company_id": elsewhere.id, "label": "x"}, ["company_id", "label"], spec
        )
        self.assertNotIn("Secret", str(told))
