"""Attaching files as people do, and what of them arrives at the recipient."""

import hashlib
import io
import json

from odoo import http
from odoo.tests import HttpCase
from odoo.tools.image import ImageProcess
from PIL import Image

from ..common import DirectCommon

RECIPIENT = "maya.chen@lakeview-cardiology.direct.sandbox.test"


def digest(content):
    return hashlib.sha256(content).hexdigest()


def digests(files):
    return sorted(digest(content) for content in files)


class Attaching(DirectCommon, HttpCase):
    def setUp(self):
        super().setUp()
        # A photo with EXIF data makes Pillow load all its formats: from then on a worker would
        # keep the first page of a fax only
        photo, exif = io.BytesIO(), Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (4, 4)).save(photo, "JPEG", exif=exif)
        ImageProcess(photo.getvalue(), verify_resolution=False).image_quality()

    def upload(self, record, files):
        """Attach files by the route of the file chooser; `files` are contents by their names."""
        self.authenticate(self.clinician.login, self.clinician.login)
        answer = self.url_open(
            "/web/binary/upload_attachment",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "model": record._name,
                "id": record.id,
            },
            files=[("ufile", (name, content)) for name, content in files.items()],
        )
        rows = json.loads(answer.text)
        self.assertFalse([row for row in rows if "error" in row])
        return self.env["ir.attachment"].browse([row["id"] for row in rows])

    def arrived(self, message):
        """Send what waits; return the digest of each document at the recipient."""
        self.run_cron("ir_cron_send")
        self.assertTrue(message.external_id, message.problem)
        rows = self.sandbox.message(message.external_id)["attachments"]
        return sorted(row["sha256"] for row in rows)
