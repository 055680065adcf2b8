"""Beside an EHR's own notes nothing misses the built-in one; bin/test runs this without it, too."""

from odoo.tests import tagged

from .visits import VisitCommon

BUILT_IN = "direct.clinical.note"


@tagged("post_install", "-at_install")
class TestAlone(VisitCommon):
    def test_every_menu_leads_somewhere(self):
        root = self.env.ref("direct_messaging.menu_root")
        everything = self.make_user(
            "All Rights",
            "base.group_system",
            "direct_messaging.group_manager",
            "direct_messaging.group_legal_representative",
        )
        menus = self.env["ir.ui.menu"].with_user(everything).search([("id", "child_of", root.id)])
        leaves = menus.filtered(lambda menu: not menu.child_id)
        self.assertIn("Inbox", leaves.mapped("name"))
        self.assertEqual("Clinical Notes" in leaves.mapped("name"), BUILT_IN in self.env)
        for menu in leaves:
            with self.subTest(menu.complete_name):
                self.assertTrue(menu.action)
                action = menu.action._get_action_dict()
                if action["type"] == "ir.actions.act_window":
                    views = [view for view in action["views"] if view[1] != "search"]
                    self.env[action["res_model"]].with_user(everything).get_views(views)

    def test_referrals_from_notes_of_others_count_on_the_dashboard(self):
        self.refer(self.make_visit())
        self.make_delivered(note=self.make_visit())
        dashboard = self.env["direct.dashboard"].with_user(self.clinician)
        figures = dashboard.with_company(self.company).read_figures()["figures"]
        values = {figure["key"]: figure["value"] for figure in figures}
        self.assertEqual((values["sent"], values["delivered"], values["waiting"]), (1, 1, 1))

    def test_add_to_a_note_is_offered_where_a_note_model_takes_entries(self):
        message = self.make_answer(self.make_delivered(note=self.make_visit()))
        built_in = [BUILT_IN] if BUILT_IN in self.env else []
        kinds = message.with_user(self.clinician).inbox_read()["note_kinds"]
        self.assertEqual([kind["model"] for kind in kinds], built_in)
        self.patch(self.env.registry["example.visit"], "_direct_takes_entries", True)
        kinds = message.with_user(self.clinician).inbox_read()["note_kinds"]
        self.assertEqual([kind["model"] for kind in kinds], [*built_in, "example.visit"])
        self.assertEqual(kinds[-1]["label"], "Visit")
