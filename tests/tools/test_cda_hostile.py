import random
import subprocess
import sys
import textwrap
from html import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ...tools import safe_xml
from ...tools.cda import entries, html, parse
from .clinical_documents import CHECKOUT, AllowList, corpus, document, section

MEMORY = 1024**3
SECONDS = 60
EVIL = """
    <script>alert(1)</script>
    <svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><circle/></svg>
    <img src="https://evil.example/1.png" onerror="alert(1)"/><iframe src="https://evil.example"/>
    <a href="javascript:alert(1)">click</a><linkHtml href="data:text/html,x">click</linkHtml>
    <linkHtml href="https://evil.example/?a=&quot;&gt;&lt;script&gt;">click</linkHtml>
    <style>body {background: url(https://evil.example)}</style>
    <link rel="stylesheet" href="//evil"/>
    <content styleCode="Bold&quot; onmouseover=&quot;alert(1)" style="position:fixed" class="modal"
        id="login" onclick="alert(1)">x</content>
    <table class="btn" background="https://evil.example"><tr><td colspan="99999999" rowspan="-1"
        style="background:url(//evil)">x</td><td colspan="²">y</td></tr></table>
    <form action="https://evil.example"><input name="password"/><button>Log in</button></form>
    <object data="x"/><embed src="x"/><video src="x"/><math/><template/><base href="//evil"/>
    <meta http-equiv="refresh" content="0;url=//evil"/><noscript>&lt;script&gt;</noscript>
    <renderMultiMedia referencedObject="x"/><textarea>&lt;/textarea&gt;</textarea>
    <![CDATA[<script>alert(1)</script>]]> &lt;img src=x onerror=alert(1)&gt;
"""


def show(content):
    """Do with a file all that is done with a document from outside."""
    read = parse.read(content)
    entries.offered(read)
    return html.render(read)


def in_a_bounded_process(code):
    """Run code with the addon's plain Python, limited in memory and time; return its output.

    Beyond the limits the process dies, and with it the test.
    """
    limits = f"""
        import resource, sys
        resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
        resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
        sys.path.insert(0, {str(CHECKOUT)!r})
    """
    done = subprocess.run(  # noqa: S603 - code of this file
        [sys.executable, "-c", textwrap.dedent(limits) + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS * 5,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@tagged("post_install", "-at_install")
class TestRefused(BaseCase):
    def test_refused_with_a_sentence(self):
        laughs = "".join(
            f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n else '<!ENTITY a0 "ha">'
            for n in range(12)
        )
        doctype = safe_xml.DOCUMENT_TYPE
        for what, content, sentence in (
            ("nothing", b"", safe_xml.NOT_XML),
            ("no XML", b"Dear colleague", safe_xml.NOT_XML),
            ("a PDF", b"%PDF-1.4\n\x00\xff", safe_xml.NOT_XML),
            ("an empty UTF-16 file", b"\xff\xfe", safe_xml.NOT_XML),
            ("a billion laughs", f"<!DOCTYPE x [{laughs}]><x>&a11;</x>", doctype),
            (
                "quadratic growth",
                f'<!DOCTYPE x [<!ENTITY a "{"x" * 99999}">]><x>&a;&a;</x>',
                doctype,
            ),
            (
                "an external entity",
                document("&e;", before='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
                doctype,
            ),
            (
                "an external document type",
                document(before='<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'),
                doctype,
            ),
            (
                "a parameter entity",
                document(before='<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'),
                doctype,
            ),
            (
                "one hidden in UTF-16",
                document(before='<!DOCTYPE x [<!ENTITY a "b">]>').encode("utf-16"),
                doctype,
            ),
            ("an empty document type", document(before="<!doctype ClinicalDocument>"), doctype),
            ("UTF-7", b"<?xml version='1.0' encoding='UTF-7'?>+ADw-ClinicalDocument/+AD4-", None),
            ("UTF-32", document().encode("utf-32"), None),
            ("EBCDIC", document(header="").encode("cp500"), safe_xml.NOT_XML),
            ("too large", b"<x>" + b" " * safe_xml.LIMITS.bytes, safe_xml.TOO_LARGE),
            (
                "too many elements",
                "<x>" + "<a/>" * safe_xml.LIMITS.markup,
                safe_xml.TOO_MUCH_MARKUP,
            ),
            (
                "too many attributes",
                "<x " + "a='' " * safe_xml.LIMITS.markup + "/>",
                safe_xml.TOO_MUCH_MARKUP,
            ),
            ("a CCR", '<ContinuityOfCareRecord xmlns="urn:astm-org:CCR"/>', "(CCR)"),
            ("a web page", "<html><body/></html>", "a web page"),
            ("something else", "<x/>", parse.OTHER_ROOT),
        ):
            with self.subTest(what), self.assertRaises(parse.Unreadable) as raised:
                parse.read(content if isinstance(content, bytes) else content.encode())
            if sentence:
                self.assertIn(sentence, str(raised.exception))

    def test_refusing_tells_nothing_of_the_content(self):
        for content in (b"<x>SECRET", b"SECRET", b"<SECRET/>", b"<!DOCTYPE SECRET>"):
            with self.subTest(content), self.assertRaises(parse.Unreadable) as raised:
                parse.read(content)
            self.assertNotIn("SECRET", str(raised.exception))
            self.assertIsNone(raised.exception.__cause__)

    def test_nothing_is_included_from_elsewhere(self):
        include = '<xi:include href="file:///etc/passwd" parse="text"><xi:fallback/></xi:include>'
        self.assertNotIn("root:", show(document(section(include)).encode()))

    def test_a_style_sheet_is_not_applied(self):
        before = '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1/evil.xsl"?>'
        self.assertNotIn("evil", show(document(section("x"), before=before).encode()))


@tagged("post_install", "-at_install")
class TestAsFarAsItGoes(BaseCase):
    def test_cut_short_anywhere(self):
        for name, content in list(corpus())[:4]:
            for part in range(1, 20):
                with self.subTest(name, part=part):
                    try:
                        read = parse.read(content[: len(content) * part // 20])
                    except parse.Unreadable as refused:
                        self.assertLess(part, 2, str(refused))
                        continue
                    self.assertIn(safe_xml.CUT_SHORT, read.notices)
                    self.assertEqual(AllowList.faults(html.render(read)), [])

    def test_cut_short_it_shows_what_is_there(self):
        text = document(section("First") + section("Second"))
        page = show(text[: text.index("Second")].encode())
        self.assertIn("First", page)
        self.assertIn(safe_xml.CUT_SHORT, page)

    def test_cut_short_within_a_character(self):
        content = document(section("5 °")).encode()
        read = parse.read(content[: content.index("°".encode()) + 1])
        self.assertEqual(read.notices, (safe_xml.CUT_SHORT,))

    def test_damaged(self):
        whole = document(section("before <b>x</b> after"))
        for what, text in (
            ("an entity of HTML", whole.replace("after", "&nbsp;after")),
            ("a bare ampersand", whole.replace("after", "& after")),
            ("a wrong end", whole.replace("</b>", "</c>")),
            ("a prefix without a namespace", whole.replace("<b>", "<b foo:a='b'>")),
            ("an attribute twice", whole.replace("<b>", "<b a='1' a='2'>")),
            ("text after the end", whole + "-----"),
        ):
            with self.subTest(what):
                page = show(text.encode())
                self.assertIn("before", page)
                self.assertIn("after", page)
                self.assertIn("Núñez", page)
                self.assertIn(safe_xml.CUT_SHORT, page)

    def test_deep(self):
        for depth in (50, 100, 200, 300, 5000):
            for narrative in ("<content>", "<table><tr><td>", "<list><item>"):
                closing = "".join(f"</{n}" for n in reversed(narrative.split("<")[1:]))
                text = document(section(narrative * depth + "deep" + closing * depth))
                with self.subTest(narrative, depth=depth):
                    page = show(text.encode())
                    self.assertEqual(AllowList.faults(page), [])
                    self.assertLess(page.count("<"), 4 * html.DEPTH + 100)
                    self.assertEqual("deep" in page, depth * narrative.count("<") < 240)

    def test_sections_in_sections(self):
        inner = ""
        for _level in range(200):
            inner = section("x", sections=inner)
        self.assertEqual(AllowList.faults(show(document(inner).encode())), [])

    def test_many_sections(self):
        page = show(document(section("x") * (parse.LIMITS.sections + 1)).encode())
        self.assertEqual(page.count("<details"), parse.LIMITS.sections)
        self.assertIn(escape(parse.TOO_MANY_SECTIONS), page)

    def test_a_narrative_too_long_to_show(self):
        page = show(document(section("<b>x</b>" * (html.SHOWN + 1))).encode())
        self.assertEqual(page.count("<strong>"), html.SHOWN)
        self.assertIn(escape(html.CUT), page)


@tagged("post_install", "-at_install")
class TestHarmless(BaseCase):
    def test_nothing_active_is_shown(self):
        for what, text in (
            ("in a narrative", document(section(EVIL))),
            ("in a cell", document(section(f"<table><tr><td>{EVIL}</td></tr></table>"))),
            (
                "of XHTML",
                document(section(f'<div xmlns="http://www.w3.org/1999/xhtml">{EVIL}</div>')),
            ),
        ):
            with self.subTest(what):
                page = show(text.encode())
                self.assertEqual(AllowList.faults(page), [])
                for word in (
                    "javascript:",
                    "data:",
                    "evil.example/1.png",
                    "position:fixed",
                    "url(",
                ):
                    self.assertNotIn(word, page)

    def test_nothing_active_in_titles(self):
        page = show(document(section(title=EVIL), title=EVIL).encode())
        self.assertEqual(AllowList.faults(page), [])

    def test_nothing_active_in_the_header(self):
        said = "&lt;img src=x onerror=alert(1)&gt;&quot; onload=&quot;alert(1)"
        header = f"""<recordTarget><patientRole><addr><city>{said}</city></addr>
            <telecom value="tel:{said}"/><patient><name><family>{said}</family></name></patient>
            </patientRole></recordTarget>
            <author><assignedAuthor><assignedPerson><name>{said}</name></assignedPerson>
            </assignedAuthor></author>"""
        self.assertEqual(AllowList.faults(show(document(header=header).encode())), [])

    def test_the_check_can_fail(self):
        for html_ in (
            "<script>",
            "<p onclick=x></p>",
            "<p class=btn></p>",
            "<a href=x></a>",
            "<p>",
        ):
            with self.subTest(html_):
                self.assertTrue(AllowList.faults(html_))


@tagged("post_install", "-at_install")
class TestAnythingAtAll(BaseCase):
    NAMES = st.sampled_from(
        [
            *html.ELEMENTS,
            *html.PARENTS,
            *html.SILENT,
            "script",
            "svg",
            "form",
            "x:y",
            "_open",
            "text",
        ]
    )
    ATTRIBUTES = st.dictionaries(
        st.sampled_from(
            [
                "styleCode",
                "colspan",
                "rowspan",
                "scope",
                "href",
                "ID",
                "IDREF",
                "onclick",
                "listType",
            ]
        ),
        st.text(),
        max_size=3,
    )

    def check(self, content):
        try:
            page = show(content)
        except parse.Unreadable:
            return
        self.assertEqual(AllowList.faults(page), [])

    @given(st.binary())
    @settings(max_examples=100, deadline=None)
    def test_any_bytes(self, content):
        self.check(content)

    @given(st.data())
    @settings(max_examples=100, deadline=None)
    def test_any_bytes_within_a_document(self, data):
        content = document(section(EVIL, "11450-4")).encode()
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 50, len(content))))
        self.check(content[:start] + data.draw(st.binary(max_size=50)) + content[end:])

    @given(st.integers())
    @settings(max_examples=40, deadline=None)
    def test_any_document_of_others_mixed_up(self, seed):
        chance = random.Random(seed)
        _name, content = chance.choice(list(corpus()))
        pieces = content.split(b"<")
        at = chance.randrange(len(pieces))
        some = pieces[at : at + chance.randrange(500)]
        chance.shuffle(some)
        self.check(b"<".join(pieces[:at] + some + pieces[at + len(some) :]))

    @given(st.data())
    @settings(max_examples=50, deadline=None)
    def test_any_narrative(self, data):
        def written(depth):
            texts = st.text(max_size=5)
            text = f"{escape(data.draw(texts))}"
            for _child in range(data.draw(st.integers(0, 3 if depth else 0))):
                name, attributes = data.draw(self.NAMES), data.draw(self.ATTRIBUTES)
                said = "".join(f' {key}="{escape(v)}"' for key, v in attributes.items())
                text += f"<{name}{said}>{written(depth - 1)}</{name}>{escape(data.draw(texts))}"
            return text

        self.check(document(section(written(3))).encode("utf-8", "replace"))


@tagged("post_install", "-at_install")
class TestBounded(BaseCase):
    """At the limits, in a process that dies when it takes more than a gigabyte or a minute."""

    def test_the_limits_hold(self):
        for what, inside in (
            ("the most elements", "'<a/>' * (M - 200)"),
            ("the most open elements", "'<a>' * (M - 200)"),
            ("the most shown", "'<table>' + '<tr><td>x</td></tr>' * (M // 4 - 200) + '</table>'"),
            (
                "the most attributes",
                "'<a ' + ' '.join(f'a{n}=\"\"' for n in range(M - 200)) + '/>'",
            ),
            ("the most entities", "'&nbsp;' * (M - 200)"),
            ("the longest text", "'x' * (B - 2000)"),
            ("the longest name", "'<' + 'a' * (B - 2000) + '/>'"),
        ):
            with self.subTest(what):
                said = in_a_bounded_process(f"""
                    from tools import safe_xml
                    from tools.cda import entries, html, parse
                    M, B = safe_xml.LIMITS.markup, safe_xml.LIMITS.bytes
                    halves = {document(section("HALF"))!r}.split("HALF")
                    content = ({inside}).join(halves).encode()
                    try:
                        document = parse.read(content)
                        entries.offered(document)
                        print("shown", len(html.render(document)) > 0)
                    except parse.Unreadable as refused:
                        print("refused", refused)
                    assert "odoo" not in sys.modules
                """)
                self.assertRegex(said, "^(shown True|refused .*)$")
