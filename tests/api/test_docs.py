import re
import shutil
import subprocess

from odoo.tests import tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME
from odoo.tools.misc import file_path

from .common import ApiCommon

EXAMPLE = re.compile(r"```sh\n(.*?)```", re.DOTALL)
CALLED = re.compile(r"/json/2/(\S+?)/(direct_\w+)")


@tagged("post_install", "-at_install")
class TestDocs(ApiCommon):
    """docs/api.md says what is so."""

    def setUp(self):
        super().setUp()
        with open(file_path("direct_messaging/docs/api.md"), encoding="utf-8") as file:
            self.guide = file.read()

    def test_every_method_is_shown_with_a_curl_line(self):
        methods = {
            (model, name)
            for model in ("direct.clinical.note", "direct.message")
            for name in dir(self.env.registry[model])
            if name
            in {
                "direct_refer",
                "direct_state",
                "direct_cancel",
                "direct_incoming",
                "direct_fetch",
                "direct_file",
                "direct_acknowledge",
            }
        }
        self.assertEqual(set(CALLED.findall(self.guide)), methods)

    def test_the_curl_lines_work_as_they_stand(self):
        note = self.make_note()
        message = (
            self.env["direct.message"]
            .sudo()
            .create(
                {
                    "direction": "in",
                    "state": "received",
                    "account_id": self.account.id,
                    "from_address": "maya.chen@lakeview-cardiology.direct.sandbox.test",
                    "to_address": self.account.address,
                }
            )
        )
        lines = EXAMPLE.findall(self.guide)
        self.assertGreater(len(lines), 6)
        self.env.cr.flush()
        with self.allow_requests():
            cookie = f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}"
            script = f'curl() {{ command curl --fail-with-body -b "{cookie}" "$@"; echo; }}\n'
            told = subprocess.run(  # noqa: S603 (our own guide)
                [shutil.which("bash"), "-euc", script + "\n".join(lines)],
                env={
                    "ODOO": self.base_url(),
                    "KEY": self.key(),
                    "NOTE": str(note.id),
                    "MESSAGE": str(message.id),
                    "PATIENT": str(self.patient.id),
                    "PATH": "/usr/bin:/bin",
                },
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        self.env.invalidate_all()
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.assertIn('"state": "sent"', told.stdout)
        self.assertTrue(message.is_done)
