"""What becomes of a document when the disk is full."""

import contextlib
import hashlib
import resource
import uuid
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..kit import expect_log

LOGGER = "odoo.addons.direct_messaging.models.document.attachment"


@contextlib.contextmanager
def files_end_at(size):
    """Let writing fail after so many bytes of a file, as it does on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@tagged("post_install", "-at_install")
class TestStored(TransactionCase):
    def setUp(self):
        super().setUp()
        self.content = uuid.uuid4().bytes * 1000
        digest = hashlib.sha1(self.content, usedforsecurity=False).hexdigest()
        store = Path(self.env["ir.attachment"]._filestore())
        self.path = store / digest[:2] / digest
        self.addCleanup(self.path.unlink, missing_ok=True)

    def store(self):
        values = {"name": "Labs.bin", "raw": self.content}
        return self.env["ir.attachment"].create(values)

    def test_a_full_disk_is_said_and_the_document_can_be_stored_later(self):
        for size in (0, 4000):
            with self.subTest(size=size):
                with (
                    expect_log(LOGGER, "could not be stored: File too large"),
                    self.assertRaisesRegex(UserError, "try again"),
                    files_end_at(size),
                ):
                    self.store()
                document = self.store()
                self.assertEqual(self.path.read_bytes(), self.content)
                self.assertEqual(document.raw, self.content)
                self.path.unlink()

    def test_another_file_of_that_name_is_left_alone(self):
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(b"another one")
        with self.assertRaisesRegex(UserError, "collides"):
            self.store()
        self.assertEqual(self.path.read_bytes(), b"another one")

    def test_the_same_document_twice_is_one_file(self):
        self.assertEqual(self.store().store_fname, self.store().store_fname)
