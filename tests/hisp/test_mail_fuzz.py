"""Any bytes at all, and any tree of parts: nothing stops the reading, nothing is dropped."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from . import fuzz_mail

SETTINGS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@tagged("post_install", "-at_install")
class TestMailFuzz(BaseCase):
    @settings(**SETTINGS)
    @given(fuzz_mail.any_bytes())
    def test_any_bytes(self, raw):
        fuzz_mail.check(raw)
        fuzz_mail.check_headers_are_shown(raw)

    @settings(**SETTINGS)
    @given(fuzz_mail.broken_messages())
    def test_broken_messages(self, raw):
        fuzz_mail.check(raw)
        fuzz_mail.check_headers_are_shown(raw)

    @settings(**SETTINGS)
    @given(
        fuzz_mail.trees(), st.sampled_from((b"\r\n", b"\n")), st.sampled_from(("a b", "a:b", "="))
    )
    def test_nothing_is_dropped(self, tree, end, style):
        fuzz_mail.check_nothing_is_dropped(tree, end, style)
