"""Sealed secrets, whatever model keeps them."""

import os
from unittest.mock import patch

from cryptography.fernet import Fernet
from odoo.tests import tagged
from odoo.tools import file_open

from ...tools import crypto
from ..common import KEY, DirectCommon


@tagged("post_install", "-at_install")
class TestSecrets(DirectCommon):
    def setUp(self):
        super().setUp()
        self.provider.write({"shared_password": "one", "updox_password": "two"})
        self.account.write({"mailbox_login": "zoe", "mailbox_password": "three"})
        self.provider._callback_secret()

    def sealed(self):
        """Every stored secret, by model and field."""
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            (record._name, field): record[field]
            for record in (self.provider.sudo(), self.account.sudo())
            for field in record._fields
            if field.endswith("_sealed") and record[field]
        }

    def test_all_are_sealed_again_under_a_new_key(self):
        before = self.sealed()
        self.assertGreaterEqual(len(before), 5)
        new = Fernet.generate_key().decode()
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1)
        with commit, patch.dict(os.environ, DIRECT_MESSAGING_KEY=f"{new},{KEY}"):
            done, lost = self.env["direct.secrets"]._seal_all_again()
            self.assertEqual((done >= len(before), lost), (True, 0))
            self.assertEqual(self.env["direct.secrets"]._seal_all_again(), (0, 0))
        after = self.sealed()
        self.assertEqual(
            {name: crypto.open_sealed(secret, new) for name, secret in after.items()},
            {name: crypto.open_sealed(secret, KEY) for name, secret in before.items()},
        )

    def test_a_neutralized_copy_has_none(self):
        self.assertTrue(self.sealed())
        with file_open("direct_messaging/data/neutralize.sql") as statements:
            self.env.cr.execute(statements.read())
        self.assertEqual(self.sealed(), {})
        self.assertEqual(self.provider.state, "disabled")
