"""The mixin never breaks the model that it is put on, for whoever uses that model."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .visits import VisitCommon

MODEL = "example.visit"


@tagged("post_install", "-at_install")
class TestForeignModel(VisitCommon):
    authenticated = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {name: cls.env.ref(f"base.group_{name}") for name in ("user", "portal", "public")}
        # The other addon lets everybody work with its model
        cls.env["ir.model.access"].create(
            [
                {
                    "name": f"visit {name}",
                    "model_id": cls.env["ir.model"]._get_id(MODEL),
                    "group_id": group.id,
                    "perm_read": True,
                    "perm_write": True,
                    "perm_create": True,
                    "perm_unlink": True,
                }
                for name, group in groups.items()
            ]
        )
        cls.practice = cls.env["direct.practice"]._of_company(cls.company)
        cls.practice.sudo().legal_representative_ids = cls.representative
        cls.administrator = cls.make_user("Root Admin", "base.group_system")
        cls.users = (
            cls.clinician,
            cls.manager,
            cls.representative,
            cls.outsider,
            cls.administrator,
            cls.make_share_user("portal"),
            cls.make_share_user("public"),
            cls.env.ref("base.user_root"),
        )

    @classmethod
    def make_share_user(cls, kind):
        user = cls.make_user(f"Pat {kind.title()}", "base.group_user")
        user.group_ids = [Command.set(cls.env.ref(f"base.group_{kind}").ids)]
        return user

    def test_everybody_works_with_it_as_without_the_mixin(self):
        referred = self.make_visit()
        self.make_referral(note=referred)
        for user in self.users:
            model = self.env[MODEL].with_user(user)
            visit = model.create({"client_id": self.patient.id})
            names = model.fields_get()
            for what, work in {
                "read": lambda visit=visit: visit.read(),
                "read one that was referred": referred.with_user(user).read,
                "search_read": lambda model=model: model.search_read([]),
                "web_search_read": lambda model=model, names=names: model.web_search_read(
                    [], {name: {} for name in names}
                ),
                "groups": lambda model=model: model.formatted_read_group(
                    [], ["client_id"], ["__count"]
                ),
                "name": lambda visit=visit, model=model: (
                    visit.display_name,
                    model.name_search("Visit"),
                ),
                "default": lambda model=model, names=names: model.default_get(list(names)),
                "onchange": lambda model=model, names=names: model.onchange(
                    {}, [], {name: {} for name in names}
                ),
                "views": lambda model=model: model.get_views([(False, "list"), (False, "form")]),
                "write": lambda visit=visit: visit.write({"findings": "None."}),
                "copy": lambda visit=visit: visit.copy(),
                "ways": lambda visit=visit: visit.direct_referral_channels(),
                "delivery": lambda visit=visit: visit.direct_delivery(),
                "unlink": lambda visit=visit: visit.unlink(),
            }.items():
                with self.subTest(user=user.name, what=what):
                    work()

    def test_its_referrals_are_listed_for_users_of_direct_messaging_alone(self):
        visit = self.make_visit()
        referral = self.make_referral(note=visit)
        may = {self.clinician, self.manager, self.env.ref("base.user_root")}
        for user in self.users:
            with self.subTest(user.name):
                as_user = visit.with_user(user)
                if user in may:
                    self.assertEqual(as_user.direct_referral_ids, referral)
                else:
                    self.assertNotIn("direct_referral_ids", as_user.fields_get())
                    with self.assertRaises(AccessError):
                        as_user.read(["direct_referral_ids"])

    def test_a_list_that_was_read_without_rights_hides_no_delivery(self):
        visit = self.make_visit()
        referral = self.make_referral(note=visit)
        stranger = self.make_user(
            "Sid Stranger",
            "direct_messaging.group_user",
            company=self.env["res.company"].create({"name": "Elsewhere"}),
        )
        self.env["direct.message"].sudo().create(
            {
                "referral_id": referral.id,
                "account_id": self.env["direct.account"]
                .sudo()
                .create(
                    {
                        "user_id": self.clinician.id,
                        "practice_id": self.practice.id,
                        "address": "zoe@willow.direct.sandbox.test",
                    }
                )
                .id,
                "patient_id": self.patient.id,
                "from_address": "zoe@willow.direct.sandbox.test",
                "to_address": "maya@lake.direct.sandbox.test",
                "state": "delivered",
            }
        )
        as_stranger = visit.with_user(stranger)
        self.assertFalse(as_stranger.direct_referral_ids)
        self.assertEqual([row["state"] for row in as_stranger.direct_delivery()], ["delivered"])

    def test_a_form_of_it_opens_for_those_outside_of_direct_messaging(self):
        with Form(self.env[MODEL].with_user(self.outsider)) as form:
            form.client_id = self.patient
        self.assertTrue(form.record.id)
