"""What a person chose as default, or a caller puts into the context, decides nothing."""

import inspect
import json

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.service.model import call_kw
from odoo.tests import tagged

from ...models.core.server import as_server
from ..kit import show_table
from .test_guarded import MAY_WRITE, NOTE, OWNER_FIELDS, GuardedCommon

OURS = ("odoo.addons.direct_messaging.", "odoo.addons.direct_messaging_note.")
# Public methods of Odoo that we extend: they are called with any context, and take care of it
EXTENDED = frozenset(
    {
        "create",
        "write",
        "unlink",
        "copy_data",
        "default_get",
        "onchange",
        "web_save",
    }
)
# What a caller may try. Each alone, and all together.
HOSTILE = {
    "active_test": False,
    "bin_size": True,
    "default_state": "delivered",
    "default_author_id": 1,
    "default_public": True,
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
    "mail_activity_quick_update": True,
    "_force_unlink": True,
    "import_file": True,
    "direct_server": True,
    "prefetch_fields": False,
    "test_mode": True,
}


def public_methods(model):
    """The public methods of ours that a model has, by name: what can be called by RPC."""
    return {
        name: method
        for name, method in inspect.getmembers(type(model), inspect.isfunction)
        if not name.startswith("_")
        and not getattr(method, "_api_private", False)
        and inspect.unwrap(method).__module__.startswith(OURS)
    }


# Types of fields that no default is set for
UNSET = ("binary", "json", "properties", "properties_definition")


@tagged("post_install", "-at_install")
class TestOwnContext(GuardedCommon):
    # --- personal defaults -------------------------------------------------------------------

    def hostile_defaults(self, name, user):
        """Give `user` a default for each field of a model; return the fields."""
        model = self.env[name]
        defaults = self.env["ir.default"]
        found = {}
        for field in model._fields.values():
            if field.name in MAGIC_COLUMNS or not field.store or field.type in UNSET:
                continue
            value = self.value_for(model, field)
            if field.type in ("one2many", "many2many") or value in (None, False):
                continue
            value = str(value) if field.type in ("date", "datetime") else value
            defaults.set(name, field.name, value, user_id=user.id)
            found[field.name] = json.loads(json.dumps(value, default=str))
        return found

    def test_a_default_of_a_person_is_for_what_that_person_may_write(self):
        tried = 0
        self.make_records()
        for model in self.guarded_models():
            name = model._name
            hostile = {
                field: value
                for field, value in self.hostile_defaults(name, self.clinician).items()
                if field.startswith(model._guarded_prefix)
            }
            context = {f"default_{field}": value for field, value in hostile.items()}
            # Whoever has no right to write a record has the same defaults, in a form that cannot
            # be saved; but for what is declared for the members of a group
            may = " ".join(MAY_WRITE.get(name, {}).values()).split()
            if name == "direct.account":
                may = OWNER_FIELDS.split()
            elif name in ("direct.practice", "res.company"):
                may = []
            elif name == "direct.provider":
                may = [field for field in may if field != "private_network"]
            elif "note_id" in model._fields:
                may.append("note_id")
            mine = model.with_user(self.clinician).with_context(**context)
            for records, counts in ((mine, may), (mine.sudo(), ()), (as_server(mine), ())):
                given = records.default_get(list(hostile))
                own = self.env[name].default_get(list(hostile))
                for field in hostile:
                    tried += 1
                    with self.subTest(model=name, field=field, su=records.env.su):
                        if field in counts:
                            self.assertIn(field, given)
                        elif model._fields[field].default:
                            self.assertIn(field, given)
                            if own[field] != hostile[field]:
                                self.assertNotEqual(given[field], hostile[field])
                        else:
                            self.assertNotIn(field, given)
        show_table("Tried by RPC", [("defaults", tried)])
        self.assertGreater(tried, 500)

    def test_what_the_server_makes_takes_no_default_of_a_person(self):
        """Two users do the same; one of them has a default for everything."""
        made = {}
        self.make_records()
        colleague = self.colleague
        self.env["direct.account"]._create_address(colleague, self.practice, "ben.okoro")
        for user in (colleague, self.clinician):
            if user == self.clinician:
                for name in (*(m._name for m in self.guarded_models()), "ir.attachment"):
                    if name not in ("res.partner", "res.users", "res.company", NOTE):
                        self.hostile_defaults(name, user)
                for name in ("mail.activity", "mail.message", "mail.mail", "mail.followers"):
                    self.hostile_defaults(name, user)
            note = self.make_note(user)
            env = self.env(user=user.id, context={"default_public": True, "bin_size": True})
            referral = env[NOTE].browse(note.id).action_send_referral("direct")["res_id"]
            referral = env["direct.referral"].browse(referral)
            referral.add_recipient(
                {"address": "maya.chen@lakeview-cardiology.direct.sandbox.test", "name": "Maya"}
            )
            referral.write({"reason": "Please evaluate."})
            referral.action_send_message()
            referral = referral.with_env(self.env)
            message = referral.direct_message_ids
            made[user] = [
                self.told(record)
                for record in (
                    referral,
                    referral.document_ids,
                    referral.recipient_ids,
                    message,
                    message.attachment_ids,
                    message.event_ids,
                )
            ]
        for expected, found in zip(made[colleague], made[self.clinician], strict=True):
            self.assertEqual(expected, found)

    def told(self, records):
        """What records say, but for who, when and which."""
        who = ("res.users", "res.partner", "direct.account", "direct.referral", "direct.message")
        skipped = {"display_name", "create_date", "write_date", "name", "res_name", "checksum"}
        skipped |= {"local_url", "direct_sha256"}
        return [
            {
                field.name: record[field.name]
                for field in record._fields.values()
                if field.name not in skipped
                and field.type not in ("datetime", "one2many", "binary", "text")
                and getattr(field, "comodel_name", None) not in who
                and not field.name.endswith(("_id", "_ids", "key", "fname", "_size", "token"))
                and field.name not in ("id", "from_address", "sender", "sent_by", "body", "store")
            }
            for record in records.sudo()
        ]

    # --- the context of a caller -------------------------------------------------------------

    def all_public_methods(self):
        names = {m._name for m in self.guarded_models()}
        names |= self.env.registry.descendants(["direct.referral.mixin"], "_inherit")
        for name in sorted(names):
            for method, function in public_methods(self.env[name]).items():
                if method not in EXTENDED:
                    yield name, method, function

    def test_each_public_method_decides_in_a_context_of_its_own(self):
        found = list(self.all_public_methods())
        self.assertGreater(len(found), 40)
        for name, method, function in found:
            with self.subTest(model=name, method=method):
                self.assertTrue(_decides(function))

    def test_no_key_of_the_context_changes_what_a_method_does(self):
        contexts = [{key: value} for key, value in HOSTILE.items()] + [HOSTILE]
        tried = 0
        open_, final = self.make_records()
        for (name, method), arguments in CALLS.items():
            record = (open_.get(name) or final[name])[:1]
            expected = self.outcome(record, method, arguments, {})
            for context in contexts:
                with self.subTest(model=name, method=method, context=context):
                    self.assertEqual(self.outcome(record, method, arguments, context), expected)
                    tried += 1
        show_table("Tried by RPC", [("calls with a context", tried)])

    def outcome(self, record, method, arguments, context):
        """What a method returns, or how it refuses, and what the record says afterwards."""
        with self.env.cr.savepoint() as savepoint:
            model = self.env(user=self.clinician.id, context={})[record._name]
            try:
                result = call_kw(
                    model, method, [record.ids, *arguments], {"context": dict(context)}
                )
                self.env.flush_all()
            except UserError as refusal:
                result = type(refusal).__name__
            outcome = self._plain(result), self.told(record)
            savepoint.rollback()
        self.env.invalidate_all()
        return outcome

    def _plain(self, result):
        if isinstance(result, BaseModel):
            return len(result)
        if isinstance(result, dict):
            return {key: type(value).__name__ for key, value in result.items() if key != "context"}
        return type(result).__name__


# Methods that change something and need no more than their record, and their arguments
CALLS = {
    (NOTE, "action_sign"): (),
    (NOTE, "action_send_referral"): ("direct",),
    ("direct.referral", "action_send_message"): (),
    ("direct.referral", "search_recipients"): ("maya",),
    ("direct.letter", "action_send_message"): (),
    ("direct.resend", "action_send"): (),
    ("direct.setup", "action_continue"): (),
    ("direct.account", "action_end_absence"): (),
    ("direct.message", "action_send_again"): (),
    ("direct.practice", "action_ask_legal_representative"): (),
}


def _decides(function):
    while function:
        if getattr(function, "decides", False):
            return True
        function = getattr(function, "__wrapped__", None)
    return False
