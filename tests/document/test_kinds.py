"""Each kind of file: known, shown, opened, forwarded, and sent in every way to the byte.

The table that this test makes stands in `docs/files.md`.
"""

import hashlib
import io
import re
import zipfile
from base64 import b64decode, b64encode
from dataclasses import replace
from functools import cached_property
from html import unescape
from pathlib import Path

from odoo.tests import tagged
from PIL import Image
from pypdf import PdfReader

from ...hisp import arrival, mime
from ...hisp.base import Attachment, Person, Practice
from ...hisp.edge import EdgeHisp
from ...hisp.updox import UpdoxConfig, UpdoxHisp
from ...tools.files import show
from ...tools.files.budget import Budget
from ...tools.files.check import DANGERS
from ...tools.files.kinds import KINDS, Kind, Viewer, sent_as
from ...updox_stand_in import testing as updox_stand_in
from ..hisp import mail_peer
from ..tools.samples import samples
from .attaching import RECIPIENT, Attaching, digest

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
# What has to be read on the page of each sample that is shown in words
WORDS = {
    Kind.PDF: "Potassium 6.9",
    Kind.CDA: "Omar",
    Kind.CCR: "Reyes",
    Kind.HL7: "Testcase",
    Kind.FHIR: "1961-04-17",
    Kind.RTF: "Potassium 6.9, 5 µg",
    Kind.WORD: "python-docx was here!",
    Kind.EXCEL: "6.9",
    Kind.POWERPOINT: "Potassium 6.9",
    Kind.EXCEL_97: "Some Value",
    Kind.OPEN_DOCUMENT: "Cell 3 (bold)",
    Kind.CSV: "°C",
    Kind.JSON: '"potassium": 6.9',
    Kind.XML: "<potassium>6.9</potassium>",
    Kind.HTML: "<script>alert(1)</script>",
    Kind.TEXT: "38 °C, 5 µg",
}
SIZES = {Kind.TIFF: (1600, 2037), Kind.HEIC: (128, 128), Kind.DICOM: (8, 8)}
WAYS = ("attached", "in XDM", "in a reply", "forwarded", "by mail", "by Updox")


@tagged("post_install", "-at_install")
class TestKinds(Attaching):
    maxDiff = None

    def test_each_kind(self):
        self.assertEqual(set(samples()), set(Kind))
        sent = {way: set(self.by(way)) for way in WAYS}
        rows = []
        for kind, traits in KINDS.items():
            name, content = samples()[kind]
            with self.subTest(kind):
                document = self.received_documents[name]
                self.assertEqual(document.raw or b"", content)
                arrived = [way for way in WAYS if digest(content) in sent[way]]
                self.assertEqual(arrived, list(WAYS))
                rows.append(
                    (
                        traits.label,
                        "yes" if document.direct_kind == kind else "no",
                        self.shown(document),
                        self.opened(document),
                        "yes" if "forwarded" in arrived else "no",
                        "yes" if len(arrived) == len(WAYS) else ", ".join(arrived),
                        traits.shut or DANGERS.get(kind, ""),
                    )
                )
        self.compare(rows)

    def compare(self, rows):
        heads = (
            "file",
            "known",
            "shown",
            "what is in it",
            "forwarded",
            "sent whole",
            "what is said",
        )
        table = [f"| {' | '.join(row)} |" for row in (heads, *rows)]
        table.insert(1, "|---" * len(heads) + "|")
        written = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
        self.assertEqual("\n".join(written), "\n".join(table), "copy the table from here")

    # --- received ----------------------------------------------------------------------------

    @cached_property
    def received(self):
        """A message with a file of each kind, filed under a patient."""
        id_ = self.sandbox.write_to(
            self.account.address,
            text="x",
            attachments=[
                {"name": name, "content": b64encode(content).decode()}
                for name, content in samples().values()
            ],
        )
        self.wait_for(id_, "dispatched")
        self.run_cron("ir_cron_poll")
        received = self.env["direct.message"].search([("external_id", "=", id_)])
        received = received.with_user(self.clinician)
        received.action_file(self.patient.id)
        return received

    @cached_property
    def received_documents(self):
        outer = self.received.attachment_ids.filtered(lambda one: not one.direct_inside_id)
        return {document.name: document for document in outer}

    def shown(self, document):
        """Return how it is shown, after it was."""
        kind, viewer = Kind(document.direct_kind), document._direct_viewer()
        if not viewer:
            return ""
        self.authenticate(self.clinician.login, self.clinician.login)
        answer = self.url_open(f"/direct_messaging/document/{document.id}/view")
        self.assertEqual(answer.status_code, 200)
        if viewer == Viewer.PDF:
            self.assertEqual((answer.content, document.direct_pages), (document.raw, 1))
            [page] = PdfReader(io.BytesIO(answer.content)).pages
            self.assertIn(WORDS[kind], page.extract_text())
        elif viewer in (Viewer.IMAGE, Viewer.PAGES):
            with Image.open(io.BytesIO(answer.content)) as picture:
                if viewer == Viewer.IMAGE:
                    red, blue = (picture.convert("RGB").getpixel((x, 8)) for x in (8, 56))
                    self.assertTrue(red[0] > 200 > 60 > red[2] and blue[2] > 200 > 60 > blue[0])
                else:
                    self.assertEqual(picture.size, SIZES[kind])
        else:
            words = unescape(re.sub(r"<[^>]+>", "|", answer.text.partition("<body>")[2]))
            self.assertIn(WORDS[kind], words)
            self.assertNotIn(show.NO_WORDS, words)
        return SHOWN[Viewer(viewer)]

    def opened(self, document):
        """Return whether there is something in it, after all of that was found to the byte."""
        file = Attachment(document.name, "", document.raw or b"")
        _first, *inner = arrival.opened(file, Budget()).documents
        kept, level = document.browse(), document
        while level:
            level = self.received.attachment_ids.filtered(
                lambda one, level=level: one.direct_inside_id in level
            )
            kept += level
        self.assertEqual(
            sorted(digest(one.content) for one in inner), sorted(kept.mapped("direct_sha256"))
        )
        return "taken out" if inner else ""

    # --- sent --------------------------------------------------------------------------------

    def by(self, way):
        """Return the digests of all files that arrive at the recipient in this way."""
        return {
            "attached": lambda: self.arrived(self.sent_referral()),
            "in XDM": self.in_xdm,
            "in a reply": lambda: self.letter(self.received.action_reply()),
            "forwarded": lambda: self.letter(self.received.action_forward()),
            "by mail": self.by_mail,
            "by Updox": self.by_updox,
        }[way]()

    def files(self):
        return dict(samples().values())

    def sent_referral(self, **values):
        referral = self.make_referral(include_ccda=False, **values)
        referral.document_ids = self.upload(referral, self.files())
        return self.send(referral)

    def letter(self, action):
        letter = self.env["direct.letter"].with_user(self.clinician).browse(action["res_id"])
        letter.body = "Please see the attached documents."
        if letter.kind == "reply":
            letter.document_ids = self.upload(letter, self.files())
        else:
            letter.to_address = RECIPIENT
        before = self.env["direct.message"].search([("direction", "=", "out")])
        letter.action_send_message()
        sent = self.env["direct.message"].search([("direction", "=", "out")]) - before
        return self.arrived(sent)

    def in_xdm(self):
        """The package arrives as it was made, and each file in it with its true type."""
        self.provider.package_as_xdm = True
        message = self.sent_referral()
        self.provider.package_as_xdm = False
        package = message.attachment_ids.raw
        self.assertEqual(self.arrived(message), [digest(package)])
        with zipfile.ZipFile(io.BytesIO(package)) as packed:
            contents = [packed.read(info) for info in packed.infolist()]
            metadata = packed.read("IHE_XDM/SUBSET01/METADATA.XML").decode()
        for kind, (name, content) in samples().items():
            title = f'value="{name}"'
            sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
            for said in (title, f'mimeType="{sent_as(kind, name)}"', sha1):
                self.assertIn(said, metadata)
        return map(digest, contents)

    def by_mail(self):
        with mail_peer.running() as peer:
            alice, _bob = peer.add("alice@hisp-a.test"), peer.add("bob@hisp-b.test")
            hisp = EdgeHisp(peer.config(alice))
            try:
                hisp.send(self.outgoing("alice@hisp-a.test", "bob@hisp-b.test"), "key")
            finally:
                hisp.close()
            [raw] = peer.delivered("bob@hisp-b.test")
        return [digest(one.content) for one in mime.read(raw, "", ()).attachments]

    def by_updox(self):
        with updox_stand_in.running() as updox:
            application = updox.application()
            config = UpdoxConfig(
                updox.url,
                application_id=application.id,
                application_password=application.password,
                private_network=True,
            )
            hisp = UpdoxHisp(config)
            practice = Practice("d/res.company/1", "Willow Creek", "1234567893", "+1 802-555-0199")
            domain = hisp.create_domain("willow-kinds", practice)
            person = Person("d/res.users/7", "Dr. Zoë Adler", "1234567893")
            sender = hisp.create_address(domain, "zoe", person)
            application.toggle_vetted(domain)
            hisp.send(self.outgoing(sender, "maya.chen@lakeview.direct.example.test"), "key")
            [message] = application.messages()
        return [digest(b64decode(one["content"])) for one in message["attachments"]]

    def outgoing(self, sender, recipient):
        outgoing = self.sent_referral()._outgoing()
        return replace(outgoing, sender=sender, recipient=recipient)
