"""Secrets belong to an address, and what several companies use is not one company's to change."""

from lxml import etree
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged

from ...exceptions import Problems
from ...sandbox.testing import running
from ..common import DirectCommon

MANAGER = "direct_messaging.group_manager"
SEALED = (
    *("api_key_sealed", "updox_password_sealed", "shared_password_sealed", "client_key_sealed"),
    *("callback_secret_sealed", "callback_secret_next_sealed", "callback_secret_former_sealed"),
)
WEB = ("api_key_sealed", "updox_password_sealed", *SEALED[4:])
MAIL = ("shared_password_sealed", "client_key_sealed")
# Each setting that says where secrets go: another value, and the secrets that are forgotten
SETTINGS = {
    "base_url": ("https://evil.example", WEB),
    "tls_floor": ("1.3", (*WEB, *MAIL)),
    "ca_certificate": ("-----BEGIN CERTIFICATE-----", (*WEB, *MAIL)),
    "edge_smtp_host": ("smtp.evil.example", MAIL),
    "edge_smtp_port": (2525, MAIL),
    "edge_smtp_security": ("tls", MAIL),
    "edge_imap_host": ("imap.evil.example", MAIL),
    "edge_imap_port": (1430, MAIL),
    "edge_imap_security": ("starttls", MAIL),
    "phimail_host": ("phimail.evil.example", MAIL),
    "phimail_port": (32542, MAIL),
}


@tagged("post_install", "-at_install")
class TestAddress(DirectCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.stranger = cls.make_user("Eve Elsewhere", MANAGER, company=cls.elsewhere)
        cls.system = cls.make_user("Sam System", MANAGER, "base.group_system")
        cls.portal = cls.make_user("Pat Portal", "base.group_portal")

    def with_all_secrets(self):
        self.provider.sudo().write({"state": "disabled", **dict.fromkeys(SEALED, "sealed")})
        self.account.sudo().mailbox_password_sealed = "sealed"

    # --- secrets belong to an address --------------------------------------------------------

    def test_the_table_names_every_setting_and_every_secret(self):
        addresses = self.provider._secret_addresses()
        self.assertEqual({n for names in addresses.values() for n in names}, SETTINGS.keys())
        stored = {name for name in self.provider._fields if name.endswith("_sealed")}
        self.assertEqual(addresses.keys(), stored)

    def test_another_address_forgets_the_secrets_whoever_changes_it(self):
        for user in (self.manager, self.env.user):
            for setting, (value, forgotten) in SETTINGS.items():
                with self.subTest(setting, user=user.name), self.env.cr.savepoint() as savepoint:
                    self.with_all_secrets()
                    token = self.provider.sudo().callback_token
                    self.provider.with_user(user).write({setting: value})
                    kept = {name for name in SEALED if self.provider.sudo()[name]}
                    self.assertEqual(kept, set(SEALED) - set(forgotten))
                    self.assertNotEqual(self.provider.sudo().callback_token, token)
                    mailbox_kept = bool(self.account.sudo().mailbox_password_sealed)
                    self.assertEqual(mailbox_kept, not set(forgotten) & set(MAIL))
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_the_same_value_again_forgets_nothing(self):
        self.with_all_secrets()
        for setting in SETTINGS:
            self.provider.write({setting: self.provider[setting]})
        self.assertEqual({name for name in SEALED if self.provider.sudo()[name]}, set(SEALED))

    def test_what_is_entered_with_the_address_is_kept(self):
        self.provider.write({"base_url": "https://new.example", "api_key": "new key"})
        self.assertEqual(self.provider._hisp_config().api_key, "new key")

    def test_a_provider_in_use_asks_for_them_in_the_form_with_the_reason(self):
        provider = self.provider.with_user(self.manager)
        with (
            self.assertRaisesRegex(Problems, "saved API Key is never sent") as caught,
            self.env.cr.savepoint(),
        ):
            provider.write({"base_url": "https://new.example"})
        [problem] = caught.exception.context["problems"]
        self.assertEqual(problem["field"], "api_key")
        self.env.invalidate_all()
        self.assertEqual(provider.base_url, self.sandbox.url)
        provider.write({"base_url": "https://new.example", "api_key": "new key"})

    def test_every_administrator_is_told_and_it_is_on_record(self):
        others = self.make_user("Other Admin", MANAGER) | self.system
        self.provider.with_user(self.manager).write(
            {"base_url": "https://new.example", "api_key": "new key"}
        )
        told = self.env["mail.message"].search(
            [("subject", "=", f"The address of {self.provider.name} was changed")]
        )
        self.assertLessEqual((others | self.manager).partner_id, told.notified_partner_ids)
        self.assertFalse(told.notified_partner_ids & self.stranger.partner_id)
        self.assertIn("Ada Manager changed: Address", str(self.provider.message_ids.mapped("body")))

    def test_a_mailbox_without_its_password_is_not_logged_in_to(self):
        provider = self.env["direct.provider"].create(
            {
                "name": "Mail",
                "code": "edge",
                "edge_smtp_host": "smtp.hisp.example",
                "edge_imap_host": "imap.hisp.example",
                "shared_login": "shared",
                "shared_password": "password",
            }
        )
        provider.sudo().shared_password_sealed = False
        provider.action_test_connection()
        self.assertIn("has to be entered again", provider.check_result)

    # --- who may change it -------------------------------------------------------------------

    def test_a_provider_is_not_taken_over(self):
        """An administrator of another company leads neither message nor key to another server."""
        self.company.direct_provider_id = self.provider
        message = self.send(self.make_referral())
        attacker = self.provider.with_user(self.stranger)
        attacker.check_access("read")
        with running() as evil:
            for values in (
                {"base_url": evil.url},
                {"base_url": evil.url, "api_key": "mine"},
                {"company_id": self.elsewhere.id},
                {"state": "disabled"},
                {"active": False},
                {"ca_certificate": False, "tls_floor": "1.3"},
            ):
                with self.subTest(values), self.assertRaises(AccessError):
                    attacker.write(values)
            for method in ("unlink", "action_test_connection", "action_rotate_callback_secret"):
                with self.subTest(method), self.assertRaises(AccessError):
                    call_kw(attacker, method, attacker.ids, {})
            self.run_cron("ir_cron_send")
        self.assertEqual(message.state, "accepted")

    def test_who_may_change_a_provider(self):
        both = self.make_user("Bo Both", MANAGER)
        both.company_ids |= self.elsewhere
        in_use = self.provider
        for companies, own_company, expected in (
            (self.company, False, {self.manager, both, self.system}),
            (self.elsewhere, False, {self.stranger, both, self.system}),
            (self.company | self.elsewhere, False, {both, self.system}),
            (self.env["res.company"], False, {self.manager, self.stranger, both, self.system}),
            (self.elsewhere, self.company, {both, self.system}),
        ):
            provider = self.make_provider(company_id=own_company and own_company.id)
            self.practice.provider_id = provider if self.company in companies else in_use
            self.elsewhere.direct_provider_id = provider if self.elsewhere in companies else False
            for user in (
                *(self.manager, self.stranger, both, self.system, self.clinician),
                *(self.representative, self.outsider, self.portal),
            ):
                with self.subTest(user=user.name, companies=companies.mapped("name")):
                    seen = provider.with_user(user).with_context(
                        allowed_company_ids=user.company_ids.ids
                    )
                    self.assertIs(seen.has_access("write"), user in expected)

    def test_others_see_it_read_only(self):
        self.assertFalse(self.provider.with_user(self.stranger).may_change)
        self.assertTrue(self.provider.with_user(self.manager).may_change)
        arch = self.env["direct.provider"].get_view(view_type="form")["arch"]
        form = etree.fromstring(arch)
        declared = self.provider._declared()
        fields = [f for f in form.xpath("//field") if f.get("name") in declared]
        self.assertGreater(len(fields), 20)
        for node in [*fields, *form.xpath("//header/button")]:
            with self.subTest(node.get("name")):
                hidden = node.get("readonly") or node.get("invisible")
                self.assertIn("not may_change", hidden)

    # --- addresses that no provider may have -------------------------------------------------

    def test_where_a_provider_may_not_be(self):
        edge = {"code": "edge", "edge_imap_host": "imap.hisp.example"}
        for values, field, words in (
            ({"base_url": "http://hisp.example"}, "base_url", "must start with https"),
            ({"base_url": "http://evil:8777\\@127.0.0.1"}, "base_url", "isn't a web address"),
            ({"base_url": "https://user@hisp.example"}, "base_url", "isn't a web address"),
            ({"base_url": "https://169.254.169.254/latest"}, "base_url", "no provider can have"),
            ({"base_url": "https://10.0.0.5"}, "base_url", "private network"),
            ({"base_url": "http://localhost:8090"}, "base_url", "private network"),
            ({**edge, "edge_smtp_host": "192.168.0.9"}, "edge_smtp_host", "private network"),
            ({**edge, "edge_smtp_host": "a b"}, "edge_smtp_host", "isn't a host name"),
            ({**edge, "edge_smtp_host": "a.example\r\nX"}, "edge_smtp_host", "isn't a host name"),
        ):
            with self.subTest(values), self.assertRaisesRegex(Problems, words) as caught:
                self.env["direct.provider"].create({"name": "Wrong", **values})
            self.assertEqual(caught.exception.context["problems"][0]["field"], field)

    def test_only_odoo_administrators_allow_a_private_address(self):
        with self.assertRaises(AccessError):
            self.provider.with_user(self.manager).write({"private_network": False})
        with self.assertRaisesRegex(Problems, "private network"):
            self.provider.with_user(self.system).write({"private_network": False})

    def test_callbacks_are_not_asked_for_at_a_private_address(self):
        self.env["ir.config_parameter"].set_param("web.base.url", "http://10.0.0.5:8069")
        self.provider.with_user(self.manager).action_test_connection()
        self.assertTrue(self.provider.check_ok)
        self.assertIn("Callbacks are off", self.provider.check_result)
        self.assertFalse(self.provider.sudo().callback_secret_sealed)
