from cryptography.fernet import Fernet
from odoo.tests import BaseCase, tagged

from ...tools import crypto


@tagged("post_install", "-at_install")
class TestCrypto(BaseCase):
    def setUp(self):
        super().setUp()
        self.key, self.other_key = (Fernet.generate_key().decode() for _ in range(2))

    def test_what_was_sealed_opens_with_the_same_key_only(self):
        sealed = crypto.seal("s3cret", self.key)
        self.assertNotIn("s3cret", sealed)
        self.assertEqual(crypto.open_sealed(sealed, self.key), "s3cret")
        with self.assertRaisesRegex(crypto.SealError, "Restore the previous key"):
            crypto.open_sealed(sealed, self.other_key)

    def test_a_key_can_be_replaced_without_losing_what_it_sealed(self):
        sealed = crypto.seal("s3cret", self.key)
        both = f"{self.other_key}, {self.key}"
        self.assertEqual(crypto.open_sealed(sealed, both), "s3cret")
        resealed = crypto.seal("s3cret", both)
        self.assertEqual(crypto.open_sealed(resealed, self.other_key), "s3cret")

    def test_without_a_usable_key_nothing_is_sealed_and_the_error_says_how_to_make_one(self):
        for keys in (None, "", " , ", "too-short", "a" * 44):
            with self.subTest(keys), self.assertRaisesRegex(crypto.SealError, "a key made with"):
                crypto.seal("s3cret", keys)

    def test_a_damaged_secret_does_not_open(self):
        sealed = crypto.seal("s3cret", self.key)
        for damaged in ("", "x", sealed[:-2], sealed[:20] + "A" + sealed[21:]):
            with self.subTest(damaged), self.assertRaises(crypto.SealError):
                crypto.open_sealed(damaged, self.key)
