from odoo.tests import BaseCase, tagged

from ...tools import identifiers


@tagged("post_install", "-at_install")
class TestIdentifiers(BaseCase):
    def test_npi(self):
        for npi, is_valid in (
            ("1234567893", True),
            ("1037749193", True),
            ("1234567890", False),
            ("1234567839", False),
            ("3234567893", False),
            ("123456789", False),
            ("12345678933", False),
            ("123-456-7893", False),
            ("١٢٣٤٥٦٧٨٩٣", False),
            ("", False),
        ):
            with self.subTest(npi):
                self.assertEqual(identifiers.npi_problem(npi) is None, is_valid)
