from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestSetup(DirectCommon):
    authenticated = False

    def setUp(self):
        super().setUp()
        # A customer of its own: the sandbox remembers what other tests rolled back
        self.provider.api_key = self.sandbox.customer().key

    def open_setup(self, user=None, referral=None):
        setup = self.env["direct.setup"].with_user(user or self.clinician)
        action = setup._open(referral=referral)
        return self.env["direct.setup"].with_user(user or self.clinician).browse(action["res_id"])

    def finish(self, setup, label, username="dr.zoe"):
        setup.label = label
        setup.action_create_domain()
        setup.username = username
        setup.action_create_username()

    def test_the_first_message_leads_into_set_up_and_back_with_nothing_lost(self):
        referral = self.make_referral(body="As written")
        action = referral.action_send_message()
        self.assertEqual(action["name"], "Direct Message Setup")
        setup = self.env["direct.setup"].with_user(self.clinician).browse(action["res_id"])
        self.assertEqual(setup.step, "domain")
        self.assertEqual(setup.label, "willowcreekpediatrics")
        self.assertEqual(setup.username, "dr.zoe.adler")

        setup.label = "first-way"
        setup.action_create_domain()
        self.assertEqual((setup.step, setup.domain), ("username", "first-way.direct.sandbox.test"))
        setup.action_create_username()
        self.assertEqual(setup.step, "complete")
        self.assertEqual(setup.direct_address, "dr.zoe.adler@first-way.direct.sandbox.test")

        back = setup.action_finish()
        self.assertEqual((back["res_model"], back["res_id"]), ("direct.referral", referral.id))
        self.assertEqual((referral.body, referral.state), ("As written", "draft"))
        referral.action_send_message()
        self.assertEqual(referral.state, "held")

    def test_what_is_typed_is_shown_whole_and_explained_at_once(self):
        setup = self.open_setup()
        with Form(setup) as form:
            form.label = "Willow Creek"
            self.assertIn("spaces", form.label_problem)
            form.label = "WillowCreek"
            self.assertFalse(form.label_problem)
            self.assertEqual(form.domain_preview, "willowcreek.direct.sandbox.test")

    def test_bad_names_are_refused_with_what_to_do_and_can_be_corrected(self):
        self.sandbox.customer().practice("taken-name")
        setup = self.open_setup()
        for label, words in (
            ("", "Enter a practice name"),
            ("willow creek", "Try “willowcreek”"),
            ("wíllow", "í"),
            ("x" * 70, "at most 63"),
            ("postmaster", "reserved"),
            ("taken-name", "Available: "),
        ):
            setup.label = label
            with self.subTest(label), self.assertRaisesRegex(UserError, words):
                setup.action_create_domain()
            self.assertEqual(setup.step, "domain")
        setup.label = "second-way"
        setup.action_create_domain()
        self.set_up(self.colleague, "ben")
        for username, words in (
            ("", "Enter a username"),
            ("dr zoe", "Try “drzoe”"),
            ("ben", "Available: "),
        ):
            setup.username = username
            with self.subTest(username), self.assertRaisesRegex(UserError, words):
                setup.action_create_username()
            self.assertEqual(setup.step, "username")

    def test_set_up_resumes_where_it_was_left(self):
        setup = self.open_setup()
        setup.label = "third-way"
        setup.action_create_domain()
        self.assertEqual(self.open_setup().step, "username")
        self.assertEqual(self.open_setup(self.colleague).step, "username")
        setup.action_create_username()
        self.assertEqual(self.open_setup().step, "complete")

    def test_back_and_forth_loses_nothing(self):
        setup = self.open_setup()
        setup.label = "fourth-way"
        setup.action_create_domain()
        setup.username = "zoe.typed"
        setup.action_show_domain()
        self.assertEqual(setup.step, "domain")
        setup.action_continue()
        self.assertEqual((setup.step, setup.username), ("username", "zoe.typed"))

    def test_two_users_at_once_get_one_domain(self):
        first, second = self.open_setup(), self.open_setup(self.colleague)
        first.label, second.label = "fifth-way", "sixth-way"
        first.action_create_domain()
        second.action_create_domain()
        self.assertEqual(first.domain, second.domain)
        self.assertEqual(second.step, "username")

    def test_pressing_twice_makes_one_address(self):
        setup = self.open_setup()
        self.finish(setup, "seventh-way")
        setup.action_create_username()
        accounts = self.env["direct.account"].search([("user_id", "=", self.clinician.id)])
        self.assertEqual(len(accounts), 1)

    def test_a_provider_that_is_down_loses_nothing(self):
        setup = self.open_setup()
        url = self.provider.base_url
        self.move_provider("http://127.0.0.1:9")
        setup.label = "eighth-way"
        with self.assertRaisesRegex(UserError, "can't be reached"):
            setup.action_create_domain()
        self.assertEqual((setup.step, setup.label), ("domain", "eighth-way"))
        self.move_provider(url)
        setup.action_create_domain()
        self.assertEqual(setup.step, "username")

    def test_it_says_who_can_authenticate_and_how_to_get_help(self):
        practice = self.env["direct.practice"]._of_company(self.company)
        practice.legal_representative_ids = self.representative
        setup = self.open_setup()
        self.finish(setup, "ninth-way")
        self.assertIn("Lee Legal", setup.waiting_sentence)
        self.assertEqual((setup.can_authenticate, setup.can_ask), (False, True))
        self.assertEqual(setup.support_contact, "Test Support, 802-555-0100")
        setup.action_ask_legal_representative()
        self.assertEqual(practice.activity_ids.user_id, self.representative)
        practice._set_authenticated()
        setup.invalidate_recordset()
        self.assertFalse(setup.waiting_sentence)
        self.assertFalse(practice.activity_ids)

    def test_an_archived_address_is_not_created_again(self):
        setup = self.open_setup()
        self.finish(setup, "tenth-way")
        setup.account_id.sudo().active = False
        setup.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "is archived"):
            setup.action_create_username()

    def test_nobody_sets_up_the_practice_of_another_company(self):
        setup = self.open_setup()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for values in ({"company_id": elsewhere.id}, {"user_id": self.colleague.id}):
            with self.subTest(values), self.assertRaises(AccessError):
                setup.write(values)
        with self.assertRaises(AccessError):
            setup.create({"user_id": self.clinician.id, "company_id": elsewhere.id})

    def test_a_set_up_is_private(self):
        setup = self.open_setup()
        self.assertFalse(self.env["direct.setup"].with_user(self.colleague).search([]))
        for user in (self.colleague, self.manager, self.outsider):
            with self.subTest(user.name), self.assertRaises(AccessError):
                setup.with_user(user).read(["label"])
            with self.subTest(user.name), self.assertRaises(AccessError):
                setup.with_user(user).action_create_domain()
        with self.assertRaises(AccessError):
            self.open_setup(self.outsider)
