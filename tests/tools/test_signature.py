from odoo.tests import BaseCase, tagged

from ...tools import signature

NOW = 1_800_000_000
BODY = b'{"id": "evt-1"}'


@tagged("post_install", "-at_install")
class TestSignature(BaseCase):
    def is_authentic(self, **changes):
        timestamp = changes.pop("timestamp", str(NOW))
        return signature.is_authentic(
            changes.pop("secrets", ["new", "old"]),
            timestamp,
            changes.pop("body", BODY),
            changes.pop("signature", signature.sign("new", timestamp, BODY)),
            changes.pop("now", NOW),
        )

    def test_a_known_value(self):
        # computed with: printf '1800000000.{}' | openssl dgst -sha256 -hmac secret
        self.assertEqual(
            signature.sign("secret", "1800000000", b"{}"),
            "v1=bb7079132825ac793cea8c013c1dd24d926b9b02132245b10588d9e5c0df70d7",
        )

    def test_either_of_two_secrets_is_valid_while_one_is_being_replaced(self):
        for secret in ("new", "old"):
            with self.subTest(secret):
                made = signature.sign(secret, str(NOW), BODY)
                self.assertTrue(self.is_authentic(signature=made))

    def test_fails_closed(self):
        good = signature.sign("new", str(NOW), BODY)
        for name, changes in {
            "no secret": {"secrets": []},
            "an empty secret": {"secrets": [""], "signature": signature.sign("", str(NOW), BODY)},
            "another secret": {"signature": signature.sign("guess", str(NOW), BODY)},
            "another body": {"body": BODY + b" "},
            "no signature": {"signature": ""},
            "no scheme": {"signature": good.removeprefix("v1=")},
            "another scheme": {"signature": good.replace("v1", "v2")},
            "not ASCII": {"signature": "v1=é"},
            "no time": {"timestamp": ""},
            "not a number": {"timestamp": "soon"},
            "unicode digits": {"timestamp": "١٨٠٠٠٠٠٠٠٠"},
            "a negative time": {"timestamp": f"-{NOW}"},
            "an endless number": {"timestamp": "9" * 5000},
            "too old": {"now": NOW + 301},
            "from the future": {"now": NOW - 301},
        }.items():
            with self.subTest(name):
                self.assertFalse(self.is_authentic(**changes))

    def test_is_fresh_for_five_minutes(self):
        for age in (-300, 0, 300):
            with self.subTest(age):
                self.assertTrue(self.is_authentic(now=NOW + age))
