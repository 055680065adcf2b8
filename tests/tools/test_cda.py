import re
from datetime import UTC, date, datetime, timedelta, timezone
from html import escape
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ...tools.cda import entries, html, parse
from .clinical_documents import PATIENT, AllowList, corpus, document, section

NOTICE = '<p class="alert alert-warning">(.*?)</p>'
XMLNS = 'xmlns="urn:hl7-org:v3"'


def read(text):
    return parse.read(text.encode())


def shown(narrative, **options):
    """Return what is shown of a narrative."""
    text = html.render(read(document(section(narrative, **options))))
    return text.partition('<div class="o_direct_cda_narrative">')[2].partition("</div></details>")[
        0
    ]


CASES = Path(__file__).parent / "data/documents"
# Documents as real systems send them, in their smallest form: what is offered of each, and how many
# statements are without a name
OFFERED = (
    ("04-problem-closed-concern.xml", [("Pneumonia", "completed", True, "")], 0),
    (
        "06-problem-site-not-specified.xml",
        [("Urinary tract infection, site not specified", "active", False, "")],
        0,
    ),
    ("07-problem-named-problem.xml", [], 0),
    ("10-medication-display-unknown.xml", [("Ginkgo 1 g capsule", "active", False, "")], 0),
    (
        "11-medication-as-needed-lost.xml",
        [
            (
                "Lorazepam 0.5 MG Oral Tablet",
                "active",
                False,
                "1 tablet three times a day as needed for anxiety",
            )
        ],
        0,
    ),
    (
        "12-medication-condition-lost.xml",
        [
            (
                "Clonidine 0.1 MG Oral Tablet",
                "active",
                False,
                "1 per dose, every 8 hours, only if systolic above 180",
            )
        ],
        0,
    ),
    ("14-allergy-code-without-name.xml", [], 1),
)


def case(name):
    return parse.read((CASES / name).read_bytes())


@tagged("post_install", "-at_install")
class TestCases(BaseCase):
    """What is said is what was meant."""

    def test_what_is_offered(self):
        for name, expected, nameless in OFFERED:
            with self.subTest(name):
                offer = entries.offer(case(name))
                said = [(e.name, e.status, e.is_over, e.dosage) for e in offer.entries]
                self.assertEqual((said, offer.nameless), (expected, nameless))

    def test_no_name_and_a_name(self):
        for name, is_offered in (
            ("No known drug allergies", False),
            ("No drug therapy", False),
            ("Allergies not known", False),
            ("Not on file", False),
            ("null", False),
            ("Condition", False),
            ("Diabetes, type not specified", True),
            ("Gout of unspecified site", True),
            ("Disorder of kidney", True),
            ("Nonspecific chest pain", True),
            ("Unknown primary carcinoma", True),
            ("Other specified hypothyroidism", True),
        ):
            with self.subTest(name):
                text = (CASES / "06-problem-site-not-specified.xml").read_text()
                text = text.replace("Urinary tract infection, site not specified", name)
                offered = entries.offered(parse.read(text.encode()))
                self.assertEqual([entry.name for entry in offered], [name] * is_offered)

    def test_a_section_is_known_by_its_template_too(self):
        text = (CASES / "04-problem-closed-concern.xml").read_text()
        template = '<templateId root="2.16.840.1.113883.10.20.22.2.5.1"/>'
        code = '<code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/>'
        offered = entries.offered(parse.read(text.replace(code, template).encode()))
        self.assertEqual([entry.name for entry in offered], ["Pneumonia"])

    def test_the_current_name_comes_before_former_ones(self):
        names = [name.full for name in case("16-former-name-first.xml").patient.names]
        self.assertEqual(names, ["Omar Reyes", "Omar Formername"])

    def test_the_header_says_what_a_reader_has_to_know(self):
        page = html.render(case("18-language-guardian-deceased.xml"))
        for term, said in (
            ("Deceased", "Yes"),
            ("Language", "Spanish"),
            ("Guardian", "Ana Reyes"),
            ("Record number", "P-1"),
        ):
            with self.subTest(term):
                self.assertIn(f"<dt>{term}</dt><dd>{said}</dd>", page)

    def test_restricted_and_replacing_documents_say_so(self):
        text = (CASES / "18-language-guardian-deceased.xml").read_text()
        title = "<title>Summary</title>"
        for extra, notice in (
            ('<confidentialityCode code="R"/>', html.RESTRICTED),
            ('<confidentialityCode code="V"/>', html.RESTRICTED),
            ('<confidentialityCode code="N"/>', None),
            ('<relatedDocument typeCode="RPLC"/>', html.REPLACEMENT),
            ('<relatedDocument typeCode="APND"/>', None),
        ):
            with self.subTest(extra):
                page = html.render(parse.read(text.replace(title, title + extra).encode()))
                self.assertEqual([notice] if notice else [], re.findall(NOTICE, page))

    def test_what_stands_in_a_comment_declares_nothing(self):
        self.assertEqual(case("20-doctype-in-comment.xml").patient.family, "Reyes")


@tagged("post_install", "-at_install")
class TestCorpus(BaseCase):
    def test_every_document_of_other_systems_is_read_and_shown(self):
        for name, content in corpus():
            with self.subTest(name):
                read = parse.read(content)
                self.assertEqual(read.notices, ())
                self.assertTrue(read.title)
                self.assertTrue(read.patient.family)
                self.assertTrue(read.patient.birth_date)
                self.assertIn(read.patient.sex, ("female", "male"))
                self.assertTrue(read.custodian.full)
                self.assertTrue(read.sections)
                page = html.render(read)
                self.assertEqual(AllowList.faults(page), [])
                for one in read.all_sections():
                    self.assertIn(escape(one.title), page)

    def test_no_word_of_a_narrative_is_lost(self):
        for name, content in corpus():
            with self.subTest(name):
                read = parse.read(content)
                page = " ".join(html.render(read).striptags().split())
                for one in read.all_sections():
                    for text in one.narrative.itertext("{*}*") if len(one.narrative) else ():
                        self.assertIn(" ".join(text.split()), page)

    def test_what_can_be_imported(self):
        found = {
            name: [f"{e.kind}: {e.name}" for e in entries.offered(parse.read(content))]
            for name, content in corpus()
        }
        self.assertEqual(
            found["blue-button/example/CCD_1.xml"],
            [
                "allergy: ALLERGENIC EXTRACT, PENICILLIN",
                "allergy: Codeine",
                "allergy: Aspirin",
                "medication: Proventil HFA",
                "problem: Pneumonia",
                "problem: Asthma",
            ],
        )
        self.assertIn(
            "allergy: LATEX STRAP", found["blue-button/test/fixtures/sense/c32_sample.xml"]
        )
        self.assertIn(
            "problem: Cough (ICD-9-CM 786.2)",
            found["blue-button/test/fixtures/sense/c32_sample.xml"],
        )
        # "No known problems", and no information on allergies and medications
        self.assertEqual(found["cda-schematron-validator/test/VitalSigns.xml"], [])


@tagged("post_install", "-at_install")
class TestHeader(BaseCase):
    def test_patient(self):
        patient = read(document()).patient
        self.assertEqual(patient.given, ("Ana", "María"))
        self.assertEqual(patient.family, "Núñez")
        self.assertEqual(patient.birth_date, date(1970, 3, 4))
        self.assertEqual(patient.sex, "female")
        self.assertEqual(patient.postal_code, "05401")
        self.assertEqual(patient.phones, ("+1(802)863-2345",))
        self.assertEqual(patient.emails, ("ana@example.org",))
        self.assertEqual(patient.ids[0].extension, "998991")

    def test_names(self):
        for name, full in (
            ("<name><given>Ana</given><family>Li</family><suffix>Jr</suffix></name>", "Ana Li Jr"),
            ("<name>Ana Li</name>", "Ana Li"),
            ("<name><family>de la</family><family>Cruz</family></name>", "de la Cruz"),
            (
                "<name use='P'><family>Stage</family></name>"
                "<name use='L'><family>Li</family></name>",
                "Li",
            ),
            ("<name nullFlavor='UNK'/><name><family> Li\n </family></name>", "Li"),
            ("<name><given nullFlavor='UNK'/><family>Li</family></name>", "Li"),
            ("<name/>", ""),
            ("", ""),
            (f"<name><family>{'x' * 5000}</family></name>", "x" * 999 + "…"),
            ("<name><family>\u202eevil</family></name>", "evil"),
        ):
            header = (
                f"<recordTarget><patientRole><patient>{name}</patient></patientRole></recordTarget>"
            )
            with self.subTest(name[:60]):
                self.assertEqual(read(document(header=header)).patient.name.full, full)

    def test_dates_and_sexes(self):
        for birth, gender, birth_date, sex in (
            ("19700304", "M", date(1970, 3, 4), "male"),
            ("197003041530-0500", "UN", date(1970, 3, 4), "other"),
            ("19700304153000.0000+0000", "female", date(1970, 3, 4), "female"),
            ("1970", "X", None, ""),
            ("197003", "", None, ""),
            ("19700231", "m", None, "male"),
            ("March 4", "UNK", None, "unknown"),
            ("", "1", None, ""),
        ):
            header = PATIENT.replace("19700304", birth).replace('code="F"', f'code="{gender}"')
            with self.subTest(birth=birth, gender=gender):
                patient = read(document(header=header)).patient
                self.assertEqual((patient.birth_date, patient.sex), (birth_date, sex))

    def test_time_of_the_document(self):
        east = timezone(timedelta(hours=-5))
        for value, at in (
            ("20260102093000-0500", datetime(2026, 1, 2, 9, 30, tzinfo=east)),
            ("20260102093000+0000", datetime(2026, 1, 2, 9, 30, tzinfo=UTC)),
            ("20260102", datetime(2026, 1, 2)),
            ("202601020930", datetime(2026, 1, 2, 9, 30)),
            ("20260102093061", datetime(2026, 1, 2, 9, 30, 59)),
            ("2026-01-02", None),
            ("20261302", None),
            ("20260102093000-9900", None),
        ):
            with self.subTest(value):
                text = document().replace("20260102093000-0500", value)
                self.assertEqual(read(text).effective_time, at)

    def test_who_wrote_and_keeps_it(self):
        header = """
            <author><assignedAuthor><assignedPerson><name><prefix>Dr.</prefix><family>Chen</family>
                </name></assignedPerson><representedOrganization><name>Lake Clinic</name>
                </representedOrganization></assignedAuthor></author>
            <author><assignedAuthor><assignedAuthoringDevice><softwareName>SomeEHR</softwareName>
                </assignedAuthoringDevice></assignedAuthor></author>
            <author/>
            <custodian><assignedCustodian><representedCustodianOrganization><name>Lake Health</name>
                </representedCustodianOrganization></assignedCustodian></custodian>
        """
        document_ = read(document(header=header))
        self.assertEqual(
            [author.full for author in document_.authors], ["Dr. Chen, Lake Clinic", "SomeEHR"]
        )
        self.assertEqual(document_.custodian.full, "Lake Health")
        self.assertEqual(document_.notices, (parse.NO_PATIENT,))

    def test_more_than_one_patient_is_said(self):
        self.assertEqual(read(document(header=PATIENT * 2)).notices, (parse.MANY_PATIENTS,))

    def test_without_the_namespace(self):
        text = document(section("Seen today.")).replace(XMLNS, "")
        self.assertEqual(read(text).patient.family, "Núñez")
        self.assertIn("Seen today.", html.render(read(text)))

    def test_an_extension_is_not_taken_for_the_real_thing(self):
        header = PATIENT.replace("<birthTime", '<sdtc:birthTime value="19990101"/><birthTime')
        self.assertEqual(read(document(header=header)).patient.birth_date, date(1970, 3, 4))


@tagged("post_install", "-at_install")
class TestEncodings(BaseCase):
    def test_encodings(self):
        text = document()
        undeclared = text.replace('<?xml version="1.0" encoding="UTF-8"?>', "")
        wrong = parse.safe_xml.WRONG_ENCODING
        for name, content, notices in (
            ("UTF-8", text.encode(), ()),
            ("UTF-8 with a mark", b"\xef\xbb\xbf" + text.encode(), ()),
            ("not declared", undeclared.encode(), ()),
            ("blank lines before", b"\r\n \n" + text.encode(), ()),
            ("UTF-16 with a mark", text.encode("utf-16"), ()),
            ("UTF-16 without", text.encode("utf-16-le"), ()),
            ("UTF-16, big first", text.encode("utf-16-be"), ()),
            ("says UTF-16, is UTF-8", text.replace("UTF-8", "UTF-16").encode(), ()),
            ("Latin 1", text.replace("UTF-8", "ISO-8859-1").encode("latin-1"), ()),
            ("Latin 2", text.replace("UTF-8", "iso-8859-2").encode("latin-1"), ()),
            ("says Latin 1, is UTF-8", text.replace("UTF-8", "ISO-8859-1").encode(), ()),
            ("says UTF-8, is Latin 1", text.encode("latin-1"), (wrong,)),
            ("unknown encoding", text.replace("UTF-8", "klingon").encode(), ()),
            ("control characters", text.replace("María", "Mar\x01ía").encode(), ()),
        ):
            with self.subTest(name):
                document_ = parse.read(content)
                self.assertEqual(document_.notices, notices)
                if "Latin 2" not in name:
                    self.assertEqual(document_.patient.family, "Núñez")

    def test_one_wrong_byte_spoils_no_other(self):
        content = document(section("5 °C")).encode().replace("°".encode(), b"\xb0")
        document_ = parse.read(content)
        self.assertEqual(document_.patient.family, "Núñez")
        self.assertIn("5 °C", html.render(document_))


@tagged("post_install", "-at_install")
class TestShown(BaseCase):
    def test_narrative(self):
        table = (
            '<div class="o_direct_cda_table" tabindex="0" role="group" aria-label="Table"><table>'
        )
        for narrative, expected in (
            ("Plain", "Plain"),
            ("a &lt; b &amp; c", "a &lt; b &amp; c"),
            ("<paragraph>One</paragraph>", '<div class="o_direct_cda_paragraph">One</div>'),
            ("a<br/>b", "a<br>b"),
            ("x<sup>2</sup>", "x<sup>2</sup>"),
            (
                "<content styleCode='Bold xSender'>!</content>",
                '<span class="o_direct_cda_bold">!</span>',
            ),
            ("<list><item>a</item></list>", "<ul><li>a</li></ul>"),
            ("<list listType='ordered'><item>a</item></list>", "<ol><li>a</li></ol>"),
            ("<list><caption>c</caption><item>a</item></list>", "<ul><div>c</div><li>a</li></ul>"),
            (
                "<table border='1'><col/><tr><td colspan='2' onclick='x'>a</td></tr></table>",
                f'{table}<tr><td colspan="2">a</td></tr></table></div>',
            ),
            ("<td>stray</td>", "<div>stray</div>"),
            ("<tr><td>stray</td></tr>", "<div><div>stray</div></div>"),
            ("<item>stray</item>", "<div>stray</div>"),
            (
                "<linkHtml href='https://example.org/a'>see</linkHtml>",
                "see (https://example.org/a)",
            ),
            ("<linkHtml href='#row1'>see</linkHtml>", "see"),
            ("<unknown a='b'>text<b>!</b></unknown>", "text<strong>!</strong>"),
            (
                "<footnoteRef IDREF='f1'/><footnote ID='f1'>n</footnote>",
                "<sup>[f1]</sup>[f1] <small>n</small>",
            ),
            (
                "<renderMultiMedia referencedObject='m'><caption>ECG</caption></renderMultiMedia>",
                f'<span class="o_direct_cda_media">{escape(html.MEDIA)}</span><div>ECG</div>',
            ),
            ('<div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div>', None),
            ("<content>safe\u202egnisol</content>", "<span>safegnisol</span>"),
            ("<!-- hidden --><?php echo ?>shown", "shown"),
        ):
            with self.subTest(narrative):
                if expected is not None:
                    self.assertEqual(shown(narrative), expected)
                self.assertEqual(AllowList.faults(shown(narrative)), [])

    def test_what_this_reader_cares_about_comes_first_and_open(self):
        codes = (("8716-3", "Vitals"), ("10160-0", "Drugs"), ("42349-1", "Why"), ("x", "Other"))
        page = html.render(
            read(document("".join(section("text", code, title) for code, title in codes)))
        )
        places = [page.index(f"<h3>{title}</h3>") for title in ("Why", "Drugs", "Vitals", "Other")]
        self.assertEqual(places, sorted(places))
        self.assertEqual(page.count("<details open"), 2)
        self.assertEqual(page.count("<details>"), 2)

    def test_sections_within_sections(self):
        page = html.render(read(document(section("a", sections=section("b", title="Inner")))))
        self.assertIn("<h4>Inner</h4>", page)
        self.assertEqual(AllowList.faults(page), [])

    def test_a_section_without_text(self):
        page = html.render(read(document(section(title="Empty").replace("<text></text>", ""))))
        self.assertIn(html.NO_TEXT, page)

    def test_header(self):
        page = html.render(read(document(title="A &lt;b&gt; title")))
        for text in (
            "<h2>A &lt;b&gt; title</h2>",
            "Ana María Núñez",
            "Mar 4, 1970",
            "Female",
            "12 Maple Street, Burlington, VT 05401",
            "Jan 2, 2026, 09:30 (UTC-0500)",
        ):
            self.assertIn(text, page)

    def test_a_document_without_sections(self):
        self.assertIn(html.EMPTY, html.render(read(document())))
        self.assertNotIn(html.EMPTY, html.render(read(document(section("x")))))

    def test_notices_are_shown(self):
        page = html.render(read(document(header="")))
        self.assertIn(f'<p class="alert alert-warning">{escape(parse.NO_PATIENT)}</p>', page)

    def test_a_document_that_is_a_file(self):
        for text, content_type, content in (
            (
                '<text mediaType="application/pdf" representation="B64">JVBE\nRi0=</text>',
                "application/pdf",
                b"%PDF-",
            ),
            ("<text>Dear &amp; colleague</text>", "text/plain", b"Dear & colleague"),
            ('<text mediaType="text/rtf" representation="B64">!!!</text>', "text/rtf", b""),
        ):
            with self.subTest(content_type):
                whole = document().replace(
                    "<structuredBody></structuredBody>", f"<nonXMLBody>{text}</nonXMLBody>"
                )
                document_ = read(whole)
                self.assertEqual(document_.body, parse.Body(content_type, content))
                self.assertEqual(AllowList.faults(html.render(document_)), [])
        self.assertIn(
            "Dear &amp; colleague",
            html.render(read(whole.replace(text, "<text>Dear &amp; colleague</text>"))),
        )


PROBLEM = """<entry><act classCode="ACT" moodCode="EVN"><statusCode code="{act_status}"/>
    <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="{mood}" {attributes}>
    <templateId root="{template}"/><statusCode code="completed"/>
    <effectiveTime><low value="20240105"/>{high}</effectiveTime>
    {value}</observation></entryRelationship></act></entry>"""
DIABETES = """<value xsi:type="CD" code="44054006" codeSystem="2.16.840.1.113883.6.96"
    displayName="Type 2 diabetes"><translation code="E119" codeSystem="2.16.840.1.113883.6.90"/>
    </value>"""


def problem(**changes):
    pieces = {
        "act_status": "active",
        "mood": "EVN",
        "attributes": "",
        "template": "2.16.840.1.113883.10.20.22.4.4",
        "high": "",
        "value": DIABETES,
        **changes,
    }
    return PROBLEM.format(**pieces)


def medication(inner, attributes=""):
    return f"""<entry><substanceAdministration classCode="SBADM" moodCode="EVN" {attributes}>
        <templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="active"/>{inner}
        <consumable><manufacturedProduct><manufacturedMaterial><code code="197454"
        displayName="Cephalexin 500 MG"/></manufacturedMaterial></manufacturedProduct></consumable>
        </substanceAdministration></entry>"""


def allergy(participant, more="", value=""):
    return f"""<entry><act moodCode="EVN"><entryRelationship><observation moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.7"/>{value}{participant}{more}
        </observation></entryRelationship></act></entry>"""


def substance(inner):
    return f"""<participant typeCode="CSM"><participantRole><playingEntity>{inner}</playingEntity>
        </participantRole></participant>"""


def reaction(name, severity=""):
    return f"""<entryRelationship typeCode="MFST"><observation moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.9"/><value displayName="{name}"/>{severity}
        </observation></entryRelationship>"""


def severity(code):
    return f"""<entryRelationship typeCode="SUBJ"><observation moodCode="EVN"><templateId
        root="2.16.840.1.113883.10.20.22.4.8"/><value code="{code}"/></observation>
        </entryRelationship>"""


def offered(code, entry, narrative=""):
    return entries.offered(read(document(section(narrative, code, "List", entry))))


@tagged("post_install", "-at_install")
class TestEntries(BaseCase):
    def test_problem(self):
        (found,) = offered("11450-4", problem())
        self.assertEqual(found.kind, "problem")
        self.assertEqual(found.name, "Type 2 diabetes")
        self.assertEqual(found.icd10_code, "E11.9")
        self.assertEqual([code.code for code in found.codes], ["44054006", "E119"])
        self.assertEqual(found.started, date(2024, 1, 5))
        self.assertEqual((found.status, found.ended), ("active", None))
        self.assertEqual(found.source.section, "List")
        self.assertEqual(found.source.document, "Referral Note")
        self.assertEqual(found.source.document_id, "1.2.3^77")

    def test_what_is_not_certain_is_not_offered(self):
        def named(name):
            return f'<value displayName="{name}"/>'

        for what, changes in (
            ("negated", {"attributes": 'negationInd="true"'}),
            ("entered in error", {"act_status": "nullified"}),
            ("cancelled", {"act_status": "aborted"}),
            ("planned", {"mood": "RQO"}),
            ("null", {"attributes": 'nullFlavor="NI"'}),
            ("of another kind", {"template": "2.16.840.1.113883.10.20.22.4.2"}),
            ("without a name", {"value": '<value nullFlavor="UNK"/>'}),
            ("without a value", {"value": ""}),
            ("none known", {"value": named("No known problems")}),
            ("none", {"value": named("None")}),
            ("not available", {"value": named("Coded Problem Name Not Available")}),
        ):
            with self.subTest(what):
                self.assertEqual(offered("11450-4", problem(**changes)), ())

    def test_names_that_only_begin_like_none(self):
        for name in (
            "Nonalcoholic steatohepatitis",
            "Non ST elevation MI",
            "Not otherwise specified anemia of pregnancy",
        ):
            with self.subTest(name):
                (found,) = offered("11450-4", problem(value=f'<value displayName="{name}"/>'))
                self.assertEqual(found.name, name)

    def test_only_in_the_sections_of_what_the_patient_has(self):
        self.assertEqual(offered("11348-0", problem()), ())
        self.assertEqual(offered("10160-0", problem()), ())

    def test_a_name_in_the_narrative(self):
        value = (
            '<value nullFlavor="UNK"><originalText><reference value="#p1"/></originalText></value>'
        )
        narrative = (
            '<table><tbody><tr ID="row"><td ID="p1">Gout</td><td>2020</td></tr></tbody></table>'
        )
        (found,) = offered("11450-4", problem(value=value), narrative)
        self.assertEqual((found.name, found.codes), ("Gout", ()))
        # A whole row is more than a name
        self.assertEqual(
            offered("11450-4", problem(value=value.replace("p1", "row")), narrative), ()
        )

    def test_resolved(self):
        (found,) = offered("11450-4", problem(high='<high value="20250607"/>'))
        self.assertEqual((found.status, found.ended), ("resolved", date(2025, 6, 7)))

    def test_medication(self):
        dose = '<routeCode displayName="Oral"/><doseQuantity value="{}" unit="{}"/>'
        rhythm = '<effectiveTime xsi:type="PIVL_TS"><period value="6" unit="h"/></effectiveTime>'
        since = '<effectiveTime xsi:type="IVL_TS"><low value="20240105"/></effectiveTime>'
        meal = '<effectiveTime xsi:type="EIVL_TS"><event code="HS"/></effectiveTime>'
        sig = """<entryRelationship><substanceAdministration><templateId
            root="2.16.840.1.113883.10.20.22.4.147"/><text>1 capsule four times a day</text>
            </substanceAdministration></entryRelationship>"""
        for what, inner, dosage in (
            ("all known", since + rhythm + dose.format(500, "mg"), "500 mg, oral, every 6 hours"),
            (
                "of what it comes in",
                rhythm + dose.format(2, "1"),
                "2 per dose, oral, every 6 hours",
            ),
            ("a word", rhythm + dose.format(1, "{tablet}"), "1 tablet, oral, every 6 hours"),
            (
                "as needed",
                rhythm + dose.format(500, "mg") + "<precondition/>",
                "500 mg, oral, every 6 hours, as needed",
            ),
            (
                "words come first",
                rhythm + dose.format(500, "mg") + sig,
                "1 capsule four times a day",
            ),
            ("a rhythm not understood", since + meal + dose.format(500, "mg"), ""),
            ("two rhythms", rhythm + meal + dose.format(500, "mg"), ""),
            ("no dose", rhythm, ""),
            ("not a number", rhythm + dose.format("two", "mg"), ""),
            ("nothing", "", ""),
        ):
            with self.subTest(what):
                (found,) = offered("10160-0", medication(inner))
                self.assertEqual(found.name, "Cephalexin 500 MG")
                self.assertEqual(found.status, "active")
                self.assertEqual(found.dosage, dosage)

    def test_a_medication_not_taken(self):
        self.assertEqual(offered("10160-0", medication("", 'negationInd="true"')), ())

    def test_allergy(self):
        peanut = substance('<code code="256349002" displayName="Peanut"/>')
        for what, entry, name, reactions, degree in (
            ("coded", allergy(peanut), "Peanut", "", ""),
            ("named", allergy(substance("<name>Latex</name>")), "Latex", "", ""),
            (
                "with reactions",
                allergy(peanut, reaction("Hives", severity("255604002")) + reaction("Wheezing")),
                "Peanut",
                "Hives, Wheezing",
                "mild",
            ),
            ("severe", allergy(peanut, severity("24484000")), "Peanut", "", "severe"),
            ("between two", allergy(peanut, severity("371924009")), "Peanut", "", "severe"),
            ("unknown degree", allergy(peanut, severity("1")), "Peanut", "", ""),
            (
                "in one code",
                allergy("", value='<value code="91936005" displayName="Allergy to penicillin"/>'),
                "Allergy to penicillin",
                "",
                "",
            ),
        ):
            with self.subTest(what):
                (found,) = offered("48765-2", entry)
                self.assertEqual(
                    (found.name, found.reaction, found.severity), (name, reactions, degree)
                )

    def test_the_gravest_reaction_counts(self):
        peanut = substance('<code code="256349002" displayName="Peanut"/>')
        mild, severe = (
            reaction("Hives", severity("255604002")),
            reaction("Shock", severity("24484000")),
        )
        (found,) = offered("48765-2", allergy(peanut, mild + severe))
        self.assertEqual(found.severity, "severe")

    def test_an_allergy_to_nobody_knows_what(self):
        kind = '<value code="416098002" displayName="Drug allergy"/>'
        self.assertEqual(offered("48765-2", allergy("", value=kind)), ())

    def test_keys_tell_entries_apart_and_stay(self):
        text = document(section(code="11450-4", entries=problem() * 3))
        keys = [entry.key for entry in entries.offered(read(text))]
        self.assertEqual(len(set(keys)), 3)
        self.assertEqual(keys, [entry.key for entry in entries.offered(read(text))])
