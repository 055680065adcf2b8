"""From the file chooser of a browser to the recipient, to the byte."""

from base64 import b64encode
from pathlib import Path

from odoo.tests import tagged

from ..document.attaching import Attaching, digests

DATA = Path(__file__).parents[1] / "tools/data/files"
FILES = {
    name: (DATA / name).read_bytes()
    for name in ("out-fax-3-pages-g4.tif", "out-photo-2000px.jpg", "out-xdm-docx-becomes-doc.docx")
}
# A browser lets no script open the chooser, but takes what one would have chosen
CHOOSE = """
const input = document.querySelector(".o_direct_document_input");
const chosen = new DataTransfer();
for (const [name, content] of Object.entries(%s)) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    chosen.items.add(new File([bytes], name));
}
input.files = chosen.files;
input.dispatchEvent(new Event("change", { bubbles: true }));
async function saved() {
    const params = { model: "direct.referral", method: "read", kwargs: {} };
    params.args = [[%s], ["document_ids"]];
    const answer = await fetch("/web/dataset/call_kw", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", method: "call", params }),
    });
    return (await answer.json()).result[0].document_ids.length;
}
const wait = setInterval(async () => {
    const warned = document.querySelectorAll(".o_direct_document_warning").length;
    if (warned === 2 && (await saved()) >= %s) {
        clearInterval(wait);
        console.log("test successful");
    }
}, 500);
"""


@tagged("post_install", "-at_install")
class TestFileChooser(Attaching):
    def test_what_was_chosen_arrives(self):
        referral = self.make_referral(include_ccda=False)
        before = referral.document_ids
        chosen = {name: b64encode(content).decode() for name, content in FILES.items()}
        self.browser_js(
            f"/odoo/action-{self.window(referral).id}/{referral.id}",
            CHOOSE % (chosen, referral.id, len(before) + len(FILES)),
            ready="Boolean(document.querySelector('.o_direct_document_input'))",
            login=self.clinician.login,
        )
        referral.invalidate_recordset()
        added = referral.document_ids - before
        self.assertEqual(digests(added.mapped("raw")), digests(FILES.values()))
        expected = digests([*FILES.values(), *before.mapped("raw")])
        self.assertEqual(self.arrived(self.send(referral)), expected)

    def window(self, referral):
        """The window that *Send Referral* opens, as a page."""
        return self.env["ir.actions.act_window"].create(
            {
                "name": "Send Referral",
                "res_model": referral._name,
                "view_mode": "form",
                "view_id": self.env.ref("direct_messaging.direct_referral_view_form_send").id,
            }
        )
