import os
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DirectCommon


@tagged("post_install", "-at_install")
class TestProvider(DirectCommon):
    with_tls = True
    authenticated = False

    def test_the_connection_is_tested_and_limits_are_taken_over(self):
        self.provider.write({"max_message_bytes": 1, "domain_suffix": False})
        self.provider.with_user(self.manager).action_test_connection()
        self.assertTrue(self.provider.check_ok)
        self.assertIn("not for patients", self.provider.check_result)
        self.assertEqual(self.provider.max_message_bytes, 10 * 1024 * 1024)
        self.assertEqual(self.provider.domain_suffix, "direct.sandbox.test")

    def test_what_is_wrong_with_a_connection_is_said_in_words(self):
        ca = (self.sandbox.tls_folder / "ca.pem").read_text()
        for changes, words in (
            ({"api_key": "wrong"}, "didn't accept the API key"),
            ({"base_url": "http://127.0.0.1:9"}, "can't be reached"),
            ({"base_url": self.tls_url("tls_old")}, "outdated security protocol"),
            ({"base_url": self.tls_url("tls_expired")}, "expired"),
            ({"base_url": self.tls_url("tls_self_signed")}, "unknown authority"),
            ({"ca_certificate": "nonsense"}, "valid PEM certificate"),
        ):
            with self.subTest(words):
                self.provider.write(
                    {
                        "base_url": self.sandbox.url,
                        "ca_certificate": ca,
                        "api_key": self.sandbox.customer().key,
                        **changes,
                    }
                )
                action = self.provider.with_user(self.manager).action_test_connection()
                self.assertFalse(self.provider.check_ok)
                self.assertIn(words, self.provider.check_result)
                self.assertIn(words, action["params"]["message"])

    def tls_url(self, flavour):
        return f"https://127.0.0.1:{self.sandbox.ports[flavour]}"

    def test_secrets_are_sealed_and_never_read_back(self):
        self.provider.with_user(self.manager).write({"api_key": "  very-secret-key  "})
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM direct_provider WHERE id = %s", [self.provider.id])
        self.assertNotIn("very-secret-key", str(self.env.cr.fetchall()))
        self.assertEqual(self.provider._hisp_config().api_key, "very-secret-key")
        for user in (self.manager, self.clinician):
            provider = self.provider.with_user(user)
            names = [
                name
                for name, field in provider._fields.items()
                if provider._has_field_access(field, "read")
            ]
            self.assertNotIn("very-secret-key", str(provider.read(names)))
            for name in ("api_key_sealed", "callback_secret_sealed", "callback_token"):
                with self.subTest(name, user=user.name), self.assertRaises(AccessError):
                    provider.read([name])

    def test_an_empty_key_changes_nothing(self):
        before = self.provider._hisp_config().api_key
        self.provider.write({"api_key": "", "name": "Renamed"})
        self.assertEqual(self.provider._hisp_config().api_key, before)

    def test_without_a_sealing_key_no_secret_is_stored_and_the_error_says_what_to_do(self):
        with patch.dict(os.environ, DIRECT_MESSAGING_KEY="not a key"):
            with self.assertRaisesRegex(UserError, "a key made with"):
                self.provider.write({"api_key": "another"})
            with self.assertRaisesRegex(UserError, "isn't a valid Fernet key"):
                self.provider._hisp()

    def test_a_provider_without_address_or_key_cannot_be_enabled(self):
        provider = self.env["direct.provider"].create({"name": "Incomplete"})
        cases = {
            "enter: Address, API Key": {},
            "enter: API Key": {"base_url": "https://hisp.example.org"},
            "enter: Address": {"api_key": "key"},
        }
        for sentence, settings in cases.items():
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                self.env["direct.provider"].create(
                    {"name": "Incomplete", "state": "enabled", **settings}
                )
        provider.write({"state": "test", "base_url": "https://h.example", "api_key": "key"})
        self.assertEqual(provider.state, "test")

    def test_a_disabled_provider_is_not_spoken_to(self):
        self.provider.state = "disabled"
        with self.assertRaisesRegex(UserError, "is disabled"), self.provider._connected():
            self.fail("connected")
        self.assertFalse(self.env["direct.provider"]._for_company(self.company))

    def test_only_administrators_configure(self):
        for user in (self.clinician, self.outsider, self.representative):
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.provider.with_user(user).write({"name": "Mine"})
            with self.subTest(user.name), self.assertRaises(AccessError):
                self.provider.with_user(user).action_test_connection()
