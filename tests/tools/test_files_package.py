import hashlib
import io
import struct
import zipfile
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools.files import archive, package
from ...tools.files.budget import TOO_MUCH, Budget, Unopened
from .clinical_documents import document

CDA = document().encode()
PDF = b"%PDF-1.7\n..."
FOLDER = "IHE_XDM/SUBSET01/"


def zipped(*files, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in files:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name  # as it is: ZipInfo would mend it
            info.compress_type = compression
            file.writestr(info, content)
    return buffer.getvalue()


def listed(uri, content=CDA, title="Referral Note", mime_type="text/xml", **changes):
    """Return what metadata say of a document."""
    slots = {
        "URI": uri,
        "hash": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "size": str(len(content)),
        **changes,
    }
    said = "".join(
        f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{value}</rim:Value></rim:ValueList>'
        "</rim:Slot>"
        for name, value in slots.items()
    )
    return f"""<rim:ExtrinsicObject id="{uri}" mimeType="{mime_type}">{said}
        <rim:Name><rim:LocalizedString value="{title}"/></rim:Name></rim:ExtrinsicObject>"""


def metadata(*documents):
    return f"""<?xml version="1.0"?><lcm:SubmitObjectsRequest
        xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
        xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"><rim:RegistryObjectList>
        {"".join(documents)}</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"""


def xdm(*files, of=None, folder=FOLDER, metadata_name="METADATA.XML"):
    said = of if of is not None else metadata(listed("DOC0001.XML"))
    return zipped(
        ("INDEX.HTM", "<html/>"),
        ("README.TXT", "read me"),
        (folder + metadata_name, said),
        *(files or [(folder + "DOC0001.XML", CDA)]),
        (folder + "CDA.xsl", "<xsl/>"),
    )


def read(content, opener=package.in_xdm, **budget):
    """Return the documents and the notices of a package."""
    found = list(opener(content, Budget(**budget)))
    return [one for one in found if not isinstance(one, str)], [
        one for one in found if isinstance(one, str)
    ]


@tagged("post_install", "-at_install")
class TestRealForms(BaseCase):
    def test_forms_of_one_document(self):
        for what, content, notices in (
            ("by the book", xdm(), ()),
            ("a folder more", xdm(folder="export/" + FOLDER), ()),
            ("backslashes", xdm(folder="IHE_XDM\\SUBSET01\\"), ()),
            ("lower case", xdm(folder="ihe_xdm/subset01/", metadata_name="metadata.xml"), ()),
            ("no folder", xdm(folder=""), ()),
            (
                "a path in the metadata",
                xdm(of=metadata(listed("IHE_XDM/SUBSET01/DOC0001.XML"))),
                (),
            ),
            ("backslashes in the metadata", xdm(of=metadata(listed(".\\DOC0001.XML"))), ()),
            ("a long path in pieces", xdm(of=metadata(listed("1|DOC0001.XML"))), ()),
            ("a wrong type", xdm(of=metadata(listed("DOC0001.XML", mime_type="image/png"))), ()),
            ("no hash", xdm(of=metadata(listed("DOC0001.XML", hash="", size=""))), ()),
            ("no URI", xdm(of=metadata(listed(""))), ()),
            ("no URI and no hash", xdm(of=metadata(listed("", hash=""))), ()),
            ("another URI", xdm(of=metadata(listed("urn:uuid:1"))), ()),
            (
                "a URI with escapes",
                xdm(of=metadata(listed("%44OC0001.XML", hash="", size=""))),
                (),
            ),
            (
                "a hash in capitals",
                xdm(of=metadata(listed("DOC0001.XML")).replace("hash", "HASH")),
                (),
            ),
            (
                "documents before metadata",
                zipped(("A/DOC0001.XML", CDA), ("A/METADATA.XML", metadata(listed("DOC0001.XML")))),
                (),
            ),
        ):
            with self.subTest(what):
                [inner], said = read(content)
                self.assertEqual(tuple(said), notices)
                self.assertTrue(inner.name.endswith("DOC0001.XML"))
                self.assertEqual(inner.content, CDA)
                self.assertEqual(inner.title, "Referral Note")
                self.assertEqual(inner.notices, ())

    def test_in_the_order_of_the_metadata(self):
        documents, _notices = read(
            xdm(
                (FOLDER + "a.xml", CDA),
                (FOLDER + "b.pdf", PDF),
                (FOLDER + "c.txt", "more"),
                of=metadata(listed("b.pdf", PDF, "Letter"), listed("a.xml", title="Summary")),
            )
        )
        self.assertEqual(
            [(inner.title, inner.content, inner.notices) for inner in documents],
            [
                ("Letter", PDF, ()),
                ("Summary", CDA, ()),
                ("", b"more", (package.NOT_LISTED,)),
            ],
        )

    def test_two_sets_with_the_same_names(self):
        files = [
            (f"IHE_XDM/SUBSET0{n}/{name}", text)
            for n, content in ((1, CDA), (2, PDF))
            for name, text in (
                ("METADATA.XML", metadata(listed("DOC.XML", content, f"Set {n}"))),
                ("DOC.XML", content),
            )
        ]
        documents, _notices = read(zipped(*files))
        self.assertEqual(
            [(inner.title, inner.content, inner.notices) for inner in documents],
            [("Set 1", CDA, ()), ("Set 2", PDF, ())],
        )

    def test_what_is_wrong_is_shown_and_said(self):
        for what, content, of_package, of_document in (
            ("no metadata", zipped(("a.xml", CDA)), (package.NO_METADATA,), ()),
            ("empty metadata", xdm(of=metadata()), (package.NO_METADATA,), ()),
            ("no XML", xdm(of="nothing"), (package.BAD_METADATA,), ()),
            (
                "hostile metadata",
                xdm(of='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
                (package.BAD_METADATA,),
                (),
            ),
            (
                "a wrong hash",
                xdm(of=metadata(listed("DOC0001.XML", hash="0" * 40))),
                (),
                (package.WRONG_HASH,),
            ),
            (
                "a wrong size",
                xdm(of=metadata(listed("DOC0001.XML", hash="", size="1"))),
                (),
                (package.WRONG_SIZE,),
            ),
            (
                "a document that is not there",
                xdm(of=metadata(listed("DOC0001.XML"), listed("x.pdf", title="Scan"))),
                (package.MISSING.format("Scan"),),
                (),
            ),
        ):
            with self.subTest(what):
                [inner], notices = read(content)
                self.assertEqual(tuple(notices), of_package)
                self.assertEqual(inner.content, CDA)
                self.assertEqual(inner.notices, of_document)

    def test_two_files_with_one_name(self):
        documents, _notices = read(zipped(("a.xml", CDA), ("A.XML", PDF)), package.in_zip)
        self.assertEqual([inner.content for inner in documents], [CDA, PDF])
        for inner in documents:
            self.assertEqual(inner.notices, (package.SAME_NAME,))

    def test_two_of_one_size_are_not_guessed(self):
        """Without URI and hash nothing tells which is which."""
        said = metadata(*(listed("", title=title, hash="", size="4") for title in "ab"))
        documents, _notices = read(xdm((FOLDER + "a", "1234"), (FOLDER + "b", "5678"), of=said))
        self.assertEqual([inner.title for inner in documents], ["", ""])

    def test_packaging_is_no_document(self):
        left_behind = (("__MACOSX/._a.xml", "x"), (".DS_Store", "x"), ("a/", ""))
        self.assertEqual(read(zipped(*left_behind), package.in_zip), ([], []))
        # Only in XDM the letter called README.TXT is packaging, unless the package lists it
        letter = zipped(("README.TXT", "Dear Ana"))
        self.assertEqual(
            [inner.content for inner in read(letter, package.in_zip)[0]], [b"Dear Ana"]
        )
        said = metadata(listed("../../README.TXT", b"Dear Ana", hash="", size=""))
        for content, names in (
            (xdm(), ["DOC0001.XML"]),
            (xdm((FOLDER + "README.TXT", "Dear Ana")), ["README.TXT"]),
            (xdm((FOLDER + "x.pdf", PDF), of=said), ["README.TXT", "x.pdf"]),
        ):
            with self.subTest(names):
                self.assertEqual(
                    [inner.name.rpartition("/")[2] for inner in read(content)[0]], names
                )


@tagged("post_install", "-at_install")
class TestHostile(BaseCase):
    def test_not_opened(self):
        whole = zipped(("a.xml", CDA))
        for what, content in (
            ("no zip", b"hello"),
            ("nothing", b""),
            ("cut short", whole[:-30]),
            ("many files", whole + archive.DIRECTORY_ENTRY * (archive.ENTRIES + 1)),
        ):
            for opener in (package.in_zip, package.in_xdm):
                with self.subTest(what), self.assertRaises(Unopened) as raised:
                    read(content, opener)
                self.assertIn("file", str(raised.exception))

    def test_one_file_that_cannot_be_read_hides_no_other(self):
        whole = zipped(("bad.xml", CDA), ("good.pdf", PDF), compression=zipfile.ZIP_STORED)
        at = whole.index(CDA)
        directory = whole.index(archive.DIRECTORY_ENTRY)

        def patched(place, value):
            return whole[:place] + value + whole[place + len(value) :]

        compressed = patched(directory + 10, struct.pack("<H", zipfile.ZIP_LZMA))
        for what, content, reason in (
            ("damaged", patched(at + 500, b"XX"), archive.DAMAGED),
            ("encrypted", patched(directory + 8, b"\1"), archive.LOCKED),
            ("another compression", compressed, archive.UNUSUAL),
            ("an unknown one", patched(directory + 10, b"\x63\0"), archive.UNUSUAL),
            ("another name in the file", patched(30, b"BAD"), archive.DAMAGED),
            ("somewhere else", patched(directory + 42, b"\0\0\0\x7f"), archive.DAMAGED),
        ):
            with self.subTest(what):
                documents, notices = read(content, package.in_zip)
                self.assertEqual([inner.content for inner in documents], [PDF])
                self.assertEqual(notices, [f"“bad.xml” isn't shown. {reason}"])

    def test_files_that_overlap(self):
        """Many entries of the directory, all with one and the same 20 MB."""
        raw = bytes(20 * 1024 * 1024)
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(raw) + packer.flush()
        fields = (zlib.crc32(raw), len(packed), len(raw), 1, 0)
        local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0x21, *fields) + b"a" + packed
        entry = struct.pack(
            "<4s6H3I5H2I", archive.DIRECTORY_ENTRY, 20, 20, 0, 8, 0, 0x21, *fields, *[0] * 5
        )
        count = 500
        directory = (entry + b"a") * count
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(local), 0)
        documents = []
        with self.assertRaises(Unopened) as raised:
            for inner in package.in_zip(local + directory + end, budget := Budget()):
                documents.append(inner.content)
        self.assertEqual(str(raised.exception), TOO_MUCH)
        self.assertEqual(len(documents), 3)  # as much as the budget allows
        self.assertEqual(budget.bytes, 0)

    @given(st.binary())
    @settings(deadline=None)
    def test_any_bytes(self, content):
        for start in (b"", b"PK\3\4", b"PK\5\6"):
            for opener in (package.in_zip, package.in_xdm, archive.in_gzip, archive.in_tar):
                try:
                    read(start + content, opener)
                except Unopened as refused:
                    self.assertTrue(str(refused))

    @given(st.integers(0), st.binary(min_size=1, max_size=8))
    @settings(max_examples=100, deadline=None)
    def test_a_package_with_any_bytes_changed(self, place, new):
        content = xdm()
        place %= len(content)
        try:
            read(content[:place] + new + content[place + len(new) :])
        except Unopened as refused:
            self.assertTrue(str(refused))
