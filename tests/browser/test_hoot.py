import re

from odoo.tests import HttpCase, tagged


def _job_id(name):
    """The id that HOOT gives a suite or a test."""
    number = 0
    for character in name:
        number = ((number << 5) - number + ord(character)) & 0xFFFFFFFF
    return f"{number:08x}"


@tagged("post_install", "-at_install")
class TestHoot(HttpCase):
    """Run the unit tests of the interface: static/tests/**/*.test.js, and no other module's."""

    def test_hoot(self):
        with self.assertLogs(self._logger.name, "INFO") as logs:
            try:
                self.browser_js(
                    f"/web/tests?headless&loglevel=2&preset=desktop&id={_job_id('@direct_messaging')}",
                    code="",
                    login="admin",
                    timeout=300,
                    success_signal="[HOOT] Test suite succeeded",
                    error_checker=lambda message: "[HOOT]" not in message,
                )
            except AssertionError as error:
                # What HOOT logged tells which test failed, and on what.
                told = [entry for entry in logs.output if "[HOOT]" in entry]
                raise AssertionError("\n".join(told) or str(error)) from error
        passed = re.search(r"Passed (\d+) tests", "\n".join(logs.output))
        self.assertTrue(passed, "HOOT told no number of tests")
        self.assertGreater(int(passed[1]), 0, "HOOT ran no test")
