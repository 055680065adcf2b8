"""Documents that systems send: what is a file in one is taken out, and nothing false is said."""

from pathlib import Path

from odoo.tests import BaseCase, tagged

from ...tools.cda import html, parse
from ...tools.files import unpack
from ...tools.files.budget import Budget
from ...tools.files.inner import Inner
from ...tools.files.kinds import Kind

DATA = Path(__file__).parent / "data/documents"


def opened(name):
    return unpack.opened(Inner(name, "", (DATA / name).read_bytes()), Budget()).documents


@tagged("post_install", "-at_install")
class TestCases(BaseCase):
    def test_a_file_in_a_document_is_taken_out(self):
        _document, inner = opened("01-nonxmlbody-pdf.xml")
        self.assertEqual((inner.kind, inner.inside), (Kind.PDF, 0))

    def test_a_text_in_a_document_is_decoded(self):
        shown = html.render(parse.read((DATA / "02-nonxmlbody-text-latin1.xml").read_bytes()))
        self.assertIn("Café 38°C", shown)

    def test_only_in_a_package_is_readme_packaging(self):
        names = [document.name for document in opened("22-letter-called-readme.zip")]
        self.assertEqual(names[1:], ["readme.txt"])

    def test_a_package_without_addresses_of_its_files_is_no_reason_for_notices(self):
        documents = opened("23-xdm-without-uri.zip")
        self.assertGreater(len(documents), 1)
        self.assertFalse([document.notices for document in documents if document.notices])
