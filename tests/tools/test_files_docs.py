from pathlib import Path

from odoo.tests import BaseCase, tagged

from ...hisp.arrival import OPENERS
from ...tools.files.check import DANGERS
from ...tools.files.kinds import KINDS, Viewer

PAGE = Path(__file__).parents[2] / "docs/files.md"
SHOWN = {
    Viewer.NONE: "",
    Viewer.PDF: "in the PDF viewer",
    Viewer.IMAGE: "as a picture",
    Viewer.PAGES: "as pictures, page by page",
    Viewer.TEXT: "as text",
    Viewer.TABLE: "as a table",
    Viewer.WORDS: "as text",
    Viewer.SHEETS: "as tables",
    Viewer.CDA: "as a page for people",
    Viewer.RECORD: "as a page for people",
}


def table():
    """Return the table of kinds as it stands in the documentation."""
    yield "| file | shown | what is in it | what is said |"
    yield "|---|---|---|---|"
    for kind, traits in KINDS.items():
        taken_out = "taken out" if kind in OPENERS else ""
        said = traits.shut or DANGERS.get(kind, "")
        yield f"| {traits.label} | {SHOWN[traits.viewer]} | {taken_out} | {said} |"


@tagged("post_install", "-at_install")
class TestDocumentation(BaseCase):
    maxDiff = None

    def test_the_table_of_kinds(self):
        """The page has what the code does; after a change copy the table from here."""
        written = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
        rows = list(table())
        start = written.index(rows[0]) if rows[0] in written else 0
        self.assertEqual("\n".join(written[start : start + len(rows)]), "\n".join(rows))
