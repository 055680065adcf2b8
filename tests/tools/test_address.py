from odoo.tests import BaseCase, tagged

from ...tools import address


@tagged("post_install", "-at_install")
class TestAddress(BaseCase):
    def test_practice_names_that_can_be_used(self):
        for label in ("sunrise", "a", "sunrise-family", "3rd-street", "x" * 63, "a--b"):
            with self.subTest(label):
                self.assertIsNone(address.label_problem(label))

    def test_practice_names_that_cannot_say_why(self):
        for label, reason in (
            ("", "Enter a practice name"),
            ("sunrise family", "spaces"),
            ("sunrise family", "Try “sunrisefamily”"),
            ("sunrise\tfamily", "spaces"),
            ("médicine", "é"),
            ("sunrise.family", "contain ."),
            ("sunrise_family", "_"),
            ("a/b@c", "/ @"),
            ("العيادة", "letters a to z"),
            ("١٢٣", "letters a to z"),
            ("sunrise😀", "😀"),
            ("-sunrise", "start and end"),
            ("sunrise-", "start and end"),
            ("x" * 64, "at most 63"),
            ("x" * 300, "This one has 300"),
            ("admin", "reserved"),
            ("postmaster", "reserved"),
        ):
            with self.subTest(label):
                self.assertIn(reason, address.label_problem(label))

    def test_usernames_that_can_be_used(self):
        for name in ("jane", "dr.jane", "jane-doe", "jane_doe", "j.r.r", "1", "x" * 64):
            with self.subTest(name):
                self.assertIsNone(address.local_part_problem(name))

    def test_usernames_that_cannot_say_why(self):
        for name, reason in (
            ("", "Enter a username"),
            ("dr jane", "Try “drjane”"),
            ("zoë", "ë"),
            ("jane@doe", "@"),
            ("jane+doe", "+"),
            (".jane", "start and end"),
            ("jane.", "start and end"),
            ("jane..doe", "only between them"),
            ("jane.-doe", "only between them"),
            ("x" * 65, "at most 64"),
            ("x" * 70, "This one has 70"),
            ("postmaster", "reserved"),
        ):
            with self.subTest(name):
                self.assertIn(reason, address.local_part_problem(name))

    def test_whole_addresses(self):
        for text, reason in (
            ("dr.jane@sunrise.direct.example.org", None),
            ("a@b.co", None),
            ("jane", "name@practice"),
            ("@sunrise.direct.example.org", "name@practice"),
            ("jane@", "name@practice"),
            ("jane@localhost", "valid domain"),
            ("jane@sun_rise.example.org", "valid domain"),
            ("jane@-x.example.org", "valid domain"),
            ("jane doe@example.org", "before the @"),
            ("a@b@example.org", "before the @"),
            ("x" * 65 + "@example.org", "before the @"),
            ("a@" + "b." * 130 + "org", "at most 254"),
        ):
            with self.subTest(text):
                problem = address.address_problem(text)
                self.assertTrue(reason in problem if reason else problem is None, problem)

    def test_what_is_proposed_can_be_used(self):
        for name, label in (
            ("Sunrise Family Medicine", "sunrisefamilymedicine"),
            ("Sunrise Family Médicine, Inc.", "sunrisefamilymedicine"),
            ("Willow Creek Pediatrics, LLC", "willowcreekpediatrics"),
            ("O'Hara & Sons P.C.", "oharasons"),
            ("x" * 80, "x" * 63),
            ("诊所", ""),
            (False, ""),
        ):
            with self.subTest(name):
                self.assertEqual(address.propose_label(name), label)
                self.assertFalse(label and address.label_problem(label))
        for name, username in (
            ("Dr. Zoë O'Hara, MD", "dr.zoe.ohara"),
            ("Jane Doe-Smith", "jane.doe.smith"),
            ("Prince", "prince"),
            ("医生", ""),
        ):
            with self.subTest(name):
                self.assertEqual(address.propose_local_part(name), username)
                self.assertFalse(username and address.local_part_problem(username))
