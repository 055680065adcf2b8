import hashlib
import io
import struct
import subprocess
import sys
import textwrap
import zipfile
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools import zip_reader
from ...tools.attachment_kind import Kind
from ...tools.xdm import unpack
from .clinical_documents import CHECKOUT, document

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
                package = unpack.unpack(content)
                self.assertEqual(package.notices, notices)
                (packed,) = package.documents
                self.assertEqual(packed.name, "DOC0001.XML")
                self.assertEqual(packed.kind, Kind.CDA)
                self.assertEqual(packed.content, CDA)
                self.assertEqual(packed.title, "Referral Note")
                self.assertEqual(packed.notices, ())

    def test_in_the_order_of_the_metadata(self):
        package = unpack.unpack(
            xdm(
                (FOLDER + "a.xml", CDA),
                (FOLDER + "b.pdf", PDF),
                (FOLDER + "c.txt", "more"),
                of=metadata(listed("b.pdf", PDF, "Letter"), listed("a.xml", title="Summary")),
            )
        )
        self.assertEqual(
            [(packed.title, packed.kind, packed.notices) for packed in package.documents],
            [
                ("Letter", Kind.PDF, ()),
                ("Summary", Kind.CDA, ()),
                ("", Kind.TEXT, (unpack.NOT_LISTED,)),
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
        package = unpack.unpack(zipped(*files))
        self.assertEqual(
            [(packed.title, packed.content, packed.notices) for packed in package.documents],
            [("Set 1", CDA, ()), ("Set 2", PDF, ())],
        )

    def test_what_is_wrong_is_shown_and_said(self):
        for what, content, of_package, of_document in (
            ("no metadata", zipped(("a.xml", CDA)), (unpack.NO_METADATA,), ()),
            ("empty metadata", xdm(of=metadata()), (unpack.NO_METADATA,), ()),
            ("no XML", xdm(of="nothing"), (unpack.BAD_METADATA,), ()),
            (
                "hostile metadata",
                xdm(of='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
                (unpack.BAD_METADATA,),
                (),
            ),
            (
                "a wrong hash",
                xdm(of=metadata(listed("DOC0001.XML", hash="0" * 40))),
                (),
                (unpack.WRONG_HASH,),
            ),
            (
                "a wrong size",
                xdm(of=metadata(listed("DOC0001.XML", hash="", size="1"))),
                (),
                (unpack.WRONG_SIZE,),
            ),
            (
                "a document that is not there",
                xdm(of=metadata(listed("DOC0001.XML"), listed("x.pdf", title="Scan"))),
                (unpack.MISSING.format("Scan"),),
                (),
            ),
        ):
            with self.subTest(what):
                package = unpack.unpack(content)
                self.assertEqual(package.notices, of_package)
                (packed,) = package.documents
                self.assertEqual(packed.content, CDA)
                self.assertEqual(packed.notices, of_document)

    def test_two_files_with_one_name(self):
        package = unpack.unpack(zipped(("a.xml", CDA), ("A.XML", PDF)))
        self.assertEqual([packed.content for packed in package.documents], [CDA, PDF])
        for packed in package.documents:
            self.assertEqual(packed.notices, (unpack.SAME_NAME,))

    def test_packaging_is_no_document(self):
        package = unpack.unpack(zipped(("__MACOSX/._a.xml", "x"), (".DS_Store", "x"), ("a/", "")))
        self.assertEqual(package.documents, ())


@tagged("post_install", "-at_install")
class TestHostile(BaseCase):
    def test_names_are_safe(self):
        for name, safe in (
            ("../../../etc/cron.d/x.xml", "x.xml"),
            ("/etc/passwd.xml", "passwd.xml"),
            ("C:\\Windows\\a.xml", "a.xml"),
            ("..\\..\\a.xml", "a.xml"),
            ("\u202elmx.exe", "lmx.exe.xml"),
            ("con.xml", "_con.xml"),
            ("a\nb.xml", "a b.xml"),
            ("..", "document.xml"),
        ):
            with self.subTest(name):
                (packed,) = unpack.unpack(zipped((name, CDA))).documents
                self.assertEqual(packed.name, safe)

    def test_not_opened(self):
        whole = zipped(("a.xml", CDA))
        for what, content in (
            ("no zip", b"hello"),
            ("nothing", b""),
            ("incomplete", whole[:-30]),
            ("many files", zipped(*((f"{n}", "") for n in range(zip_reader.LIMITS.files + 1)))),
        ):
            with self.subTest(what), self.assertRaises(unpack.NotAPackage) as raised:
                unpack.unpack(content)
            self.assertIn("zip file", str(raised.exception))

    def test_one_file_that_cannot_be_read_hides_no_other(self):
        whole = zipped(("bad.xml", CDA), ("good.pdf", PDF), compression=zipfile.ZIP_STORED)
        at = whole.index(CDA)
        directory = whole.index(zip_reader.DIRECTORY_ENTRY)

        def patched(place, value):
            return whole[:place] + value + whole[place + len(value) :]

        compressed = patched(directory + 10, struct.pack("<H", zipfile.ZIP_LZMA))
        for what, content, reason in (
            ("damaged", patched(at + 500, b"XX"), "It is damaged."),
            ("encrypted", patched(directory + 8, b"\1"), "It is password-protected."),
            ("another compression", compressed, "It uses a compression method"),
            ("an unknown one", patched(directory + 10, b"\x63\0"), "It uses a compression method"),
            ("another name in the file", patched(30, b"BAD"), "It is damaged."),
            ("somewhere else", patched(directory + 42, b"\0\0\0\x7f"), "It is damaged."),
        ):
            with self.subTest(what):
                package = unpack.unpack(content)
                self.assertEqual([packed.content for packed in package.documents], [PDF])
                said = f"“bad.xml” is not shown. {reason}"
                self.assertTrue(any(n.startswith(said) for n in package.notices), package.notices)

    def test_a_zip_within_a_zip_is_not_opened(self):
        (packed,) = unpack.unpack(zipped(("a.zip", xdm()))).documents
        self.assertEqual(packed.kind, Kind.XDM)
        self.assertEqual(packed.notices, (unpack.ZIP_INSIDE,))

    def test_bombs_take_bounded_memory(self):
        """Each unpacks to 200 MB and more, in a process that dies beyond 300 MB."""
        code = f"""
            import io, resource, sys, zipfile
            sys.path.insert(0, {str(CHECKOUT)!r})
            from tools.xdm.unpack import unpack
            from tools import attachment_kind
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
                for name, size in SIZES:
                    with file.open(name, "w", force_zip64=True) as one:
                        for _ in range(size):
                            one.write(bytes(1024 * 1024))
            content = buffer.getvalue()
            del buffer
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            resource.setrlimit(resource.RLIMIT_AS, (300 * 1024**2, 300 * 1024**2))
            resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
            attachment_kind.kind("a.zip", "", content)
            package = unpack(content)
            print(len(package.documents), len(package.notices))
            for notice in package.notices:
                print(notice)
            assert "odoo" not in sys.modules
        """
        for what, sizes, said in (
            ("one file of 200 MB", [("a.xml", 200)], "0 2"),
            ("ten of 20 MB", [(f"{n}.xml", 20) for n in range(10)], "2 9"),
        ):
            with self.subTest(what):
                done = subprocess.run(  # noqa: S603 - code of this file
                    [sys.executable, "-c", textwrap.dedent(code).replace("SIZES", repr(sizes))],
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=300,
                )
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                lines = done.stdout.splitlines()
                self.assertEqual(lines[0], said)
                self.assertIn("It is too large", lines[-1])

    def test_files_that_overlap(self):
        """Many entries of the directory, all with one and the same 20 MB."""
        raw = bytes(20 * 1024 * 1024)
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(raw) + packer.flush()
        fields = (zlib.crc32(raw), len(packed), len(raw), 1, 0)
        local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0x21, *fields) + b"a" + packed
        entry = struct.pack(
            "<4s6H3I5H2I", zip_reader.DIRECTORY_ENTRY, 20, 20, 0, 8, 0, 0x21, *fields, *[0] * 5
        )
        count = 500
        directory = (entry + b"a") * count
        end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(local), 0)
        package = unpack.unpack(local + directory + end)
        self.assertLessEqual(
            sum(len(one.content) for one in package.documents), zip_reader.LIMITS.bytes
        )
        self.assertTrue(package.notices)

    @given(st.binary())
    @settings(deadline=None)
    def test_any_bytes(self, content):
        for start in (b"", b"PK\3\4", b"PK\5\6"):
            try:
                unpack.unpack(start + content)
            except unpack.NotAPackage as refused:
                self.assertTrue(str(refused))

    @given(st.integers(0), st.binary(min_size=1, max_size=8))
    @settings(max_examples=100, deadline=None)
    def test_a_package_with_any_bytes_changed(self, place, new):
        content = xdm()
        place %= len(content)
        try:
            package = unpack.unpack(content[:place] + new + content[place + len(new) :])
        except unpack.NotAPackage:
            return
        for packed in package.documents:
            self.assertTrue(packed.name)
