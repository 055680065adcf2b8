"""C-CDA documents: valid whatever the note holds, and saying what the note says."""

import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from odoo.tests import BaseCase, tagged

from ...tools import ccda
from ...tools.ccda import (
    ICD10_CM,
    RXNORM,
    SNOMED_CT,
    Address,
    Allergy,
    Code,
    Contact,
    Encounter,
    Identifier,
    Medication,
    Name,
    Organization,
    Patient,
    Person,
    Problem,
    ReferralNote,
    Section,
    SectionKind,
    component,
    names,
    stable_id,
    tables,
)
from ...tools.ccda.summary import SUMMARY, summarize
from ...tools.cda import entries, parse, statements
from . import ccda_validation
from .statements import ALLERGIES, EVERYTHING, MEDICATIONS, PROBLEMS, SAID

CDA = {"c": "urn:hl7-org:v3"}
EASTERN = timezone(timedelta(hours=-5))
AT = datetime(2026, 3, 15, 9, 30, tzinfo=EASTERN)

PRACTICE = Organization(
    stable_id("practice"),
    "Willow Creek Pediatrics, LLC",
    npi="1234567893",
    contact=Contact(Address(("1 Main St",), "Burlington", "VT", "05401", "US"), "802-555-0199"),
)
AUTHOR = Person(
    stable_id("author"),
    names.split("Dr. Zoë Adler, MD"),
    contact=Contact(email="zoe@willow.direct.example.org"),
    organization=PRACTICE,
)


def make_note(*sections, **values):
    """A referral note with what a practice usually knows, and these sections."""
    return ReferralNote(
        **{
            "id": stable_id("document"),
            "written_at": AT,
            "patient": Patient(
                Identifier(stable_id("patients").root, "MRN-778"),
                names.split("Mary Ann Quill"),
                date(1980, 2, 29),
                "F",
                Contact(Address(("2 Elm St", "Apt 3"), "Burlington", "VT", "05401"), "8025550123"),
            ),
            "author": AUTHOR,
            "authored_at": AT - timedelta(hours=1),
            "custodian": PRACTICE,
            "recipient": Person(stable_id("recipient"), names.split("Maya Chen")),
            "signed_at": AT - timedelta(minutes=30),
            "encounter": Encounter(stable_id("encounter"), AT - timedelta(hours=1)),
            "sections": sections,
            **values,
        }
    )


HYPERTENSION = Problem(
    "Hypertension",
    (Code("38341003", SNOMED_CT, "Hypertensive disorder"), Code("I10", ICD10_CM)),
    date(2020, 1, 2),
)
LISINOPRIL = Medication("Lisinopril 10 mg", (Code("314076", RXNORM),), "10 mg by mouth once a day")
PENICILLIN = Allergy("Penicillin", (), "Hives", "severe")
FULL = (
    Section(ccda.REASON, "Please evaluate.\nSoon."),
    Section(ccda.PROBLEMS, items=(HYPERTENSION, Problem("Snores"))),
    Section(ccda.MEDICATIONS, items=(LISINOPRIL, Medication("Herbal tea"))),
    Section(ccda.ALLERGIES, items=(PENICILLIN, Allergy("Dust"))),
    Section(ccda.ASSESSMENT, "Resistant hypertension."),
    Section(ccda.PLAN, "Refer to cardiology."),
)


def document(note):
    return etree.fromstring(ccda.write(note))


OF_ENTRIES = "//c:entry//c:id[not(parent::c:assignedAuthor)]/@root"


def find(root, path):
    return root.xpath(path, namespaces=CDA)


# --- any note at all -------------------------------------------------------------------------

# Whatever comes out of a database or is pasted: control characters, markup, emoji, right to left
texts = st.one_of(
    st.sampled_from(
        ["", " ", "\x00", "]]>", "<b>&amp;", "a\r\nb\n\n\n c", "שלום \u202e", "😀" * 9]
    ),
    st.text(st.characters(exclude_categories=()), max_size=80),
    st.text(min_size=1, max_size=4).map(lambda text: text * 1500),
)
words = st.one_of(st.just(""), st.text(st.characters(exclude_categories=()), max_size=30))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1900, 1, 2), datetime(2999, 1, 1), timezones=offsets)
some = st.sampled_from
dates = st.dates(date(1, 1, 1))
days = st.none() | st.dates(date(1, 1, 1))
codes = st.lists(
    st.builds(
        Code,
        st.sampled_from(["I10", "E11.9", "38341003", "314076", ""]),
        st.sampled_from([ICD10_CM, SNOMED_CT, RXNORM, "2.16.840.1.113883.4.9"]),
        words,
    ),
    max_size=3,
).map(tuple)
ids = st.uuids(version=4).map(lambda value: Identifier(str(value).upper()))
item_ids = st.none() | ids
addresses = st.builds(Address, st.lists(words, max_size=6).map(tuple), words, words, words, words)
contacts = st.builds(Contact, addresses, words, words)
person_names = st.one_of(
    st.builds(Name, words, st.lists(words, max_size=3).map(tuple), words, words),
    words.map(names.split),
)
npis = st.sampled_from(["", "1234567893"])
organizations = st.builds(Organization, ids, words, npis, contacts)
persons = st.builds(Person, ids, person_names, npis, contacts, st.none() | organizations)
items = {
    ccda.PROBLEMS: st.builds(Problem, texts, codes, days, item_ids),
    ccda.MEDICATIONS: st.builds(
        Medication,
        texts,
        codes,
        texts,
        item_ids,
        some(["active", "completed"]),
        days,
        days,
        some(["", "1", "0.5", "1-2"]),
        some(["", *tables.DOSE_UNITS]),
        some(["", *tables.ROUTES]),
        some(["", *tables.FREQUENCIES]),
        st.booleans(),
        texts,
        texts,
    ),
    ccda.ALLERGIES: st.builds(
        Allergy,
        texts,
        codes,
        texts,
        some(["", "mild", "severe", "fatal"]),
        item_ids,
        some(["active", "inactive", "resolved"]),
        days,
        days,
        some(["", *tables.ALLERGY_KINDS]),
        some(["", *tables.CRITICALITIES]),
        codes,
    ),
    ccda.VITAL_SIGNS: st.builds(
        ccda.VitalSigns,
        times | dates,
        st.lists(
            st.builds(ccda.Measurement, some([*tables.VITAL_SIGNS]), some(["0", "98.6", "120"])),
            min_size=1,
            max_size=10,
            unique_by=lambda one: one.kind,
        ).map(tuple),
        item_ids,
    ),
    ccda.RESULTS: st.builds(
        ccda.Result,
        texts,
        texts | some(["7.2", "-1"]),
        words | some([*tables.RESULT_UNITS]),
        codes,
        times | days,
        some(["", *tables.INTERPRETATIONS]),
        texts,
        item_ids,
    ),
    ccda.IMMUNIZATIONS: st.builds(ccda.Immunization, texts, codes, days, words, item_ids),
    ccda.PROCEDURES: st.builds(ccda.Procedure, texts, codes, days, item_ids),
    ccda.SOCIAL_HISTORY: st.builds(ccda.SmokingStatus, some([*tables.SMOKING]), dates, item_ids)
    | st.builds(ccda.SocialHistory, texts, texts, codes, days, item_ids),
    ccda.CARE_TEAM: st.builds(ccda.CareTeamMember, person_names, words, contacts, days, item_ids),
    ccda.GOALS: st.builds(ccda.Goal, texts, days, codes, item_ids),
    ccda.HEALTH_CONCERNS: st.builds(ccda.HealthConcern, texts, days, codes, item_ids),
    ccda.REASON: st.builds(ccda.Request, some(["R", "UR", "EM"]), texts, item_ids),
}
items[ccda.VISITS] = st.builds(
    ccda.Visit,
    texts,
    times | dates,
    st.lists(items[ccda.PROBLEMS], max_size=3).map(tuple),
    codes,
    item_ids,
)
OF_TEXT = (ccda.ASSESSMENT, ccda.PLAN, ccda.SUBJECTIVE, ccda.OBJECTIVE)


def sections_of(kind):
    entries = st.lists(items[kind], max_size=4).map(tuple) if kind in items else st.just(())
    return st.none() | st.builds(Section, st.just(kind), texts, entries)


related = st.builds(ccda.RelatedPerson, person_names, some([*ccda.RELATIONS, "", "x"]), contacts)
patients = st.builds(
    Patient,
    ids,
    person_names,
    days,
    some(["F", "M", "UN", "OTH", ""]),
    contacts,
    former_names=st.lists(person_names, max_size=2).map(tuple),
    races=st.lists(some([*ccda.RACES, ccda.DECLINED, "x"]), max_size=3).map(tuple),
    ethnicity=some([*ccda.ETHNICITIES, ccda.DECLINED, "", "x"]),
    language=some(["", "en", "es", "zh-Hant"]),
    phones=st.lists(words, max_size=2).map(tuple),
    guardians=st.lists(related, max_size=2).map(tuple),
    emergency_contacts=st.lists(related, max_size=2).map(tuple),
    coverages=st.lists(st.builds(ccda.Coverage, words, words, words, words), max_size=2).map(tuple),
    primary_care=st.none() | persons,
)
notes = st.builds(
    ReferralNote,
    ids,
    times,
    patients,
    persons,
    times,
    organizations,
    persons,
    st.none() | times,
    st.none() | st.builds(Encounter, ids, times, st.none() | times),
    st.tuples(*map(sections_of, [*items, *OF_TEXT])).map(lambda given: tuple(filter(None, given))),
)


def _without_names_of_codes(items):
    """Codes that nobody named are written with the name of the thing."""
    return [re.sub(r"display='[^']*'", "", repr(item)) for item in items]


NOBODY_HAS_ANY = (
    (ccda.PROBLEMS, ccda.NO_KNOWN_PROBLEMS),
    (ccda.MEDICATIONS, ccda.NO_CURRENT_MEDICATIONS),
    (ccda.ALLERGIES, ccda.NO_KNOWN_ALLERGIES),
    (ccda.ALLERGIES, ccda.NO_KNOWN_DRUG_ALLERGIES),
)


@tagged("post_install", "-at_install")
class TestMeaning(BaseCase):
    """What is said is what was meant, also for who reads only the entries."""

    def test_everything_is_valid_and_comes_back_as_it_was_said(self):
        document = ccda.write(make_note(*EVERYTHING))
        self.assertEqual(ccda_validation.problems(document), [])
        read = statements.read(parse.read(document))
        self.assertEqual(set(read), set(SAID))
        for kind, said in SAID.items():
            with self.subTest(kind):
                self.assertEqual(*map(_without_names_of_codes, (read[kind], said)))

    def test_what_is_over_is_not_current(self):
        offered = entries.offered(parse.read(ccda.write(make_note(*EVERYTHING))))
        said = [
            *((one.name, one.status, one.end) for one in PROBLEMS),
            *((one.name, one.status, one.end) for one in MEDICATIONS),
            *((one.substance, one.status, one.end) for one in ALLERGIES),
        ]
        self.assertEqual(
            [(entry.name, entry.is_over, entry.ended) for entry in offered],
            [(name, status != "active", end) for name, status, end in said],
        )

    def test_how_to_take_it_is_said_whole(self):
        offered = entries.offered(parse.read(ccda.write(make_note(*EVERYTHING))))
        dosages = {entry.name: entry.dosage for entry in offered if entry.kind == "medication"}
        self.assertEqual(dosages["Metformin"], "500 mg by mouth twice a day")
        needed = "1 tablet by mouth every 6 hours as needed for knee pain"
        self.assertEqual(dosages["Ibuprofen"], needed)
        tea = Medication("Tea", dosage="one cup", as_needed=True)
        self.assertEqual(tea.sentence, "as needed; one cup")

    def test_the_summary_comes_first_and_says_what_counts(self):
        document_ = parse.read(ccda.write(make_note(*EVERYTHING)))
        self.assertEqual(document_.sections[0].title, "Summary")
        said = "".join(document_.sections[0].narrative.itertext())
        for words in (
            "Urgent",
            "Cardiology",
            "Chest pain on exertion.",
            "Asthma; Hypertension",
            "Metformin, 500 mg by mouth twice a day",
            "Penicillin G (Hives, severe)",
            "zoe@willow.direct.example.org",
            "Zoë Adler",
            "802-555-0199",
        ):
            self.assertIn(words, said)
        for over in ("Ankle sprain", "Eczema", "Warfarin", "Latex"):
            self.assertNotIn(over, said, "what is over is not a key fact")

    def test_the_summary_tells_none_from_not_recorded(self):
        for sections, expected in (
            ((), "Not recorded"),
            ((Section(ccda.ALLERGIES, none_known=ccda.NO_KNOWN_DRUG_ALLERGIES),), "No known drug"),
            ((Section(ccda.ALLERGIES, items=(Allergy("x", status="resolved"),)),), "None listed"),
        ):
            with self.subTest(expected):
                lines = {line.topic: line.text for line in summarize(make_note(*sections)).items}
                self.assertIn(expected, lines["Allergies"])
                self.assertEqual(lines["Problems"], "Not recorded")
                self.assertNotIn("Urgency", lines)

    def test_what_is_restricted_says_so(self):
        for confidentiality in "NRV":
            document = ccda.write(make_note(confidentiality=confidentiality))
            self.assertEqual(ccda_validation.problems(document), [])
            self.assertEqual(parse.read(document).is_restricted, confidentiality != "N")
        with self.assertRaises(ValueError):
            make_note(confidentiality="X")

    def test_the_summary_says_how_many_more_there_are(self):
        problems = tuple(Problem(f"Problem {number}") for number in range(15))
        lines = summarize(make_note(Section(ccda.PROBLEMS, items=problems))).items
        [said] = [line.text for line in lines if line.topic == "Problems"]
        self.assertTrue(said.endswith("Problem 11; and 3 more below"))

    def test_each_statement_says_who_made_it_and_when(self):
        root = etree.fromstring(ccda.write(make_note(*EVERYTHING)))
        for entry in root.iterfind(".//c:entry", CDA):
            [time, *_] = entry.iterfind(".//c:author/c:time", CDA)
            self.assertEqual(time.get("value"), "20260315083000-0500")
            [author, *_] = entry.iterfind(".//c:assignedAuthor/c:id", CDA)
            self.assertEqual(author.get("root"), AUTHOR.id.root)

    def test_none_is_said_and_not_asked_is_not(self):
        for kind, none_known in NOBODY_HAS_ANY:
            with self.subTest(none_known.sentence):
                document = ccda.write(make_note(Section(kind, none_known=none_known)))
                self.assertEqual(ccda_validation.problems(document), [])
                root = etree.fromstring(document)
                section = root.xpath(
                    f"//c:section[c:code/@code='{kind.code.code}']", namespaces=CDA
                )[0]
                self.assertIsNone(section.get("nullFlavor"))
                self.assertEqual(len(section.xpath(".//*[@negationInd='true']")), 1)
                self.assertIn(none_known.sentence, "".join(section.itertext()))
                self.assertEqual(entries.offer(parse.read(document)), entries.Offer((), 0))
                others = root.xpath("//c:section[@nullFlavor='NI']", namespaces=CDA)
                self.assertTrue(others, "what nobody asked about is no information")

    def test_a_section_does_not_contradict_itself(self):
        with self.assertRaises(ValueError):
            Section(ccda.PROBLEMS, items=(Problem("Asthma"),), none_known=ccda.NO_KNOWN_PROBLEMS)

    def test_names_stand_in_the_entries_themselves(self):
        """Without the narrative, as many systems read."""
        root = etree.fromstring(ccda.write(make_note(*EVERYTHING)))
        for text in root.xpath("//c:section/c:text", namespaces=CDA):
            text.clear()
        read = entries.offered(parse.read(etree.tostring(root)))
        names_ = [entry.name for entry in read]
        self.assertIn("Warfarin", names_)
        self.assertIn("Latex", names_)
        self.assertEqual(len(names_), len(PROBLEMS + MEDICATIONS + ALLERGIES))
        (lisinopril,) = (entry for entry in read if entry.name.startswith("Lisinopril"))
        self.assertEqual(lisinopril.dosage, "1 tablet a day")


@tagged("post_install", "-at_install")
class TestCcdaIsValid(BaseCase):
    def assertValid(self, note):
        self.assertEqual(ccda_validation.problems(ccda.write(note)), [])

    def test_a_usual_note(self):
        self.assertValid(make_note(*FULL))

    def test_a_note_that_says_nothing(self):
        nobody = Person(stable_id("nobody"), Name())
        self.assertValid(
            make_note(
                patient=Patient(stable_id("patient"), Name()),
                author=nobody,
                recipient=nobody,
                custodian=Organization(stable_id("custodian"), ""),
                signed_at=None,
                encounter=None,
            )
        )

    def test_a_long_note(self):
        self.assertValid(
            make_note(
                Section(ccda.PROBLEMS, items=(HYPERTENSION,) * 50),
                Section(ccda.MEDICATIONS, items=(LISINOPRIL,) * 50),
                Section(ccda.ALLERGIES, items=(PENICILLIN,) * 50),
                Section(ccda.PLAN, "Line\n\n" * 2000),
            )
        )

    def test_a_section_of_an_integrator(self):
        kind = SectionKind(
            "social",
            "Social History",
            Code("29762-2", ccda.LOINC, "Social history"),
            columns=(("name", "Observation", lambda item: item.name),),
        )
        note = make_note(*FULL, Section(kind, "Lives alone.", (Problem("Smokes"),)))
        self.assertValid(note)
        self.assertIn("Smokes", "".join(document(note).itertext()))

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(note=notes)
    def test_any_note(self, note):
        self.assertValid(note)


@tagged("post_install", "-at_install")
class TestCcdaValidationCanFail(BaseCase):
    """Each is one mistake in a good document: what finds none in it proves nothing."""

    MISTAKES = (
        # (what is done, where, words of the finding)
        ("remove", "//c:realmCode", "CONF:1198-16791"),
        ("remove", "/c:ClinicalDocument/c:id", "CONF:1198-5363"),
        ("remove", "/c:ClinicalDocument/c:code", "CONF:1198-5253"),
        ("remove", "/c:ClinicalDocument/c:title", "CONF:1198-5254"),
        ("remove", "/c:ClinicalDocument/c:effectiveTime", "effectiveTime is missing"),
        ("remove", "//c:assignedAuthor/c:id", "id is missing"),
        ("remove", "/c:ClinicalDocument/c:confidentialityCode", "CONF:1198-5259"),
        ("remove", "//c:recordTarget", "CONF:1198-5266"),
        ("remove", "//c:patient/c:birthTime", "CONF:1198-5298"),
        ("remove", "//c:patient/c:name/c:family", "CONF:81-7159"),
        ("remove", "//c:patientRole/c:addr/c:city", "CONF:81-7292"),
        ("remove", "//c:patientRole/c:telecom", "CONF:1198-5280"),
        ("remove", "/c:ClinicalDocument/c:author", "CONF:1198-5444"),
        ("remove", "/c:ClinicalDocument/c:custodian", "CONF:1198-5519"),
        ("remove", "/c:ClinicalDocument/c:informationRecipient", "CONF:1198-31589"),
        ("remove", "//c:legalAuthenticator/c:signatureCode", "CONF:1198-5583"),
        ("remove", "//c:encompassingEncounter/c:effectiveTime", "CONF:1198-9958"),
        ("remove", "//c:component[c:section/c:code/@code='42349-1']", "CONF:1198-30925"),
        ("remove", "//c:component[c:section/c:code/@code='11450-4']", "CONF:1198-29087"),
        ("remove", "//c:component[c:section/c:code/@code='10160-0']", "CONF:1198-30923"),
        ("remove", "//c:component[c:section/c:code/@code='48765-2']", "CONF:1198-30912"),
        ("remove", "//c:component[c:section/c:code/@code='18776-5']", "CONF:1198-29102"),
        ("remove", "//c:section[c:code/@code='11450-4']/c:entry", "CONF:1198-15506"),
        ("remove", "//c:section[c:code/@code='10160-0']/c:text", "CONF:1098-7571"),
        ("remove", "//c:section[c:code/@code='48765-2']/c:title", "CONF:1198-7534"),
        ("remove", "(//c:observation/c:value)[1]", "CONF:1198-9058"),
        ("remove", "(//c:act/c:statusCode)[1]", "CONF:1198-9029"),
        ("remove", "//c:consumable", "CONF:1098-7520"),
        ("remove", "//c:doseQuantity", "CONF:1098-7516"),
        ("remove", "//c:participant", "CONF:1098-7402"),
        ("remove", "//c:templateId[not(@extension)]", "CONF:1198-32"),
        ("set code=completed", "//c:observation/c:code", "CONF:1098-15948"),
        ("set code=sleeping", "//c:act[c:templateId]/c:statusCode", "CONF:1198-19086"),
        ("set moodCode=DEF", "//c:substanceAdministration", "CONF:1098-7497"),
        ("set value=2026", "/c:ClinicalDocument/c:effectiveTime", "CONF:81-10127"),
        ("set value=15 March", "/c:ClinicalDocument/c:effectiveTime", "is not a ts"),
        ("set root=my id", "/c:ClinicalDocument/c:id", "is not a uid"),
        ("set nullFlavor=WHATEVER", "//c:raceCode", "is not a NullFlavor"),
        ("set classCode=THING", "//c:playingEntity", "is not a EntityClassRoot"),
        (
            f"set {{{ccda.xml.XSI}}}type=XX",
            "//c:observation/c:value",
            "XX is",
        ),
        ("set inversionInd=yes", "//c:entryRelationship", "is not a bl"),
        ("set colour=red", "//c:table", "attribute colour is not known"),
        ("set ID=problems-1", "//c:table", "is there twice"),
        ("add code", "/c:ClinicalDocument", "is there twice"),
        ("add wisdom", "//c:patient", "is not known"),
        ("add id", "//c:section[1]", "stands too late"),
        ("add script", "//c:section/c:text", "is not known"),
        ("write words", "//c:structuredBody", "text has no place here"),
        ("write words", "//c:patientRole/c:addr", "CONF:81-7296"),
    )

    def test_each_mistake_is_found(self):
        good = ccda.write(make_note(*FULL))
        self.assertEqual(ccda_validation.problems(good), [])
        for mistake, where, finding in self.MISTAKES:
            with self.subTest(mistake, where=where):
                root = etree.fromstring(good)
                found = find(root, where)
                self.assertTrue(found, "there is nothing to do it to")
                self.make(mistake, found)
                self.assertIn(finding, "\n".join(ccda_validation.problems(etree.tostring(root))))

    def make(self, mistake, nodes):
        action, _, what = mistake.partition(" ")
        for node in nodes:
            if action == "remove":
                node.getparent().remove(node)
            elif action == "set":
                node.set(*what.split("=", 1))
            elif action == "add":
                etree.SubElement(node, f"{{{CDA['c']}}}{what}")
            else:
                node.text = what

    def test_other_documents_are_refused(self):
        self.assertIn("is not a document", str(ccda_validation.problems(b"<html/>")))


@tagged("post_install", "-at_install")
class TestCcdaSaysWhatTheNoteSays(BaseCase):
    def test_the_header(self):
        root = document(make_note(*FULL))
        for path, value in (
            ("/c:ClinicalDocument/c:code/@code", "57133-1"),
            ("/c:ClinicalDocument/c:effectiveTime/@value", "20260315093000-0500"),
            ("//c:patient/c:name/c:given/text()", "Mary,Ann"),
            ("//c:patient/c:name/c:family/text()", "Quill"),
            ("//c:patient/c:birthTime/@value", "19800229"),
            ("//c:patient/c:administrativeGenderCode/@code", "F"),
            ("//c:patientRole/c:id/@extension", "MRN-778"),
            ("//c:patientRole/c:addr/c:streetAddressLine/text()", "2 Elm St,Apt 3"),
            ("//c:patientRole/c:addr/c:postalCode/text()", "05401"),
            ("//c:patientRole/c:telecom/@value", "tel:+1-802-555-0123"),
            ("//c:assignedAuthor/c:assignedPerson/c:name/c:prefix/text()", "Dr."),
            ("//c:assignedAuthor/c:assignedPerson/c:name/c:suffix/text()", "MD"),
            ("//c:assignedAuthor/c:telecom/@value", "mailto:zoe@willow.direct.example.org"),
            ("//c:custodian//c:id/@extension", "1234567893"),
            ("//c:intendedRecipient//c:family/text()", "Chen"),
            ("//c:legalAuthenticator/c:time/@value", "20260315090000-0500"),
            ("//c:encompassingEncounter/c:effectiveTime/c:low/@value", "20260315083000-0500"),
        ):
            with self.subTest(path):
                self.assertEqual(",".join(find(root, path)), value)

    def test_who_did_not_sign_does_not_authenticate(self):
        root = document(make_note(signed_at=None, encounter=None))
        self.assertFalse(find(root, "//c:legalAuthenticator | //c:componentOf"))

    def test_a_code_the_record_has_is_the_code_and_others_are_translations(self):
        root = document(make_note(*FULL))
        coded, bare = find(root, "//c:observation[c:code/@code='55607006']/c:value")
        self.assertEqual(coded.get("code"), "38341003")
        self.assertEqual(find(coded, "c:translation/@code"), ["I10"])
        self.assertEqual((bare.get("code"), bare.get("nullFlavor")), (None, "UNK"))
        only_icd = Problem("Hypertension", (Code("I10", ICD10_CM),))
        [value] = find(
            document(make_note(Section(ccda.PROBLEMS, items=(only_icd,)))),
            "//c:observation[c:code/@code='55607006']/c:value",
        )
        self.assertEqual((value.get("code"), value.get("nullFlavor")), (None, "OTH"))
        self.assertEqual(find(value, "c:translation/@code"), ["I10"])

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(note=notes)
    def test_every_entry_points_at_its_words(self, note):
        root = document(note)
        targets = {node.get("ID"): node for node in find(root, "//*[@ID]")}
        for pointer in find(root, "//c:entry//c:reference/@value"):
            self.assertIn(pointer.removeprefix("#"), targets)
        for section in note.sections:
            for number, item in enumerate(section.items, 1):
                row = "".join(targets[f"{section.kind.key}-{number}"].itertext())
                for _, _, text in section.kind.columns:
                    self.assertIn(ccda.xml.clean(text(item)), row)

    def test_no_information_is_said_in_words_and_in_code(self):
        root = document(make_note())
        self.assertEqual(
            find(root, "//c:section/c:title/text()"),
            [kind.title for kind in (SUMMARY, *component.REQUIRED)],
        )
        for section in find(root, "//c:section")[1:]:
            self.assertEqual(section.get("nullFlavor"), "NI")
            self.assertEqual("".join(find(section, "c:text//text()")), "No information.")
            self.assertFalse(find(section, "c:entry"))

    def test_text_keeps_its_lines_and_loses_only_what_xml_cannot_hold(self):
        text = "one\x00 <two>\r\nthree\x0b\n\nfo\ud800ur & \ufffffive 😀"
        [narrative] = find(
            document(make_note(Section(ccda.PLAN, text))),
            "//c:section[c:code/@code='18776-5']/c:text",
        )
        self.assertEqual(
            [list(paragraph.itertext()) for paragraph in narrative],
            [["one <two>", "three"], ["four & five 😀"]],
        )

    def test_ids_are_stable_and_the_bytes_are_the_same(self):
        note = make_note(*FULL)
        self.assertEqual(ccda.write(note), ccda.write(note))
        ids = find(document(note), OF_ENTRIES)
        self.assertEqual(len(ids), len(set(ids)))
        other = document(replace(note, id=stable_id("another document")))
        self.assertFalse(set(ids) & set(find(other, OF_ENTRIES)))
        kept = Problem("Hypertension", id=stable_id("model/1"))
        root = document(make_note(Section(ccda.PROBLEMS, items=(kept,))))
        self.assertIn(stable_id("model/1").root, find(root, "//c:observation/c:id/@root"))

    def test_a_stable_id_is_a_uuid(self):
        self.assertEqual(uuid.UUID(stable_id("x").root).version, 5)
        self.assertEqual(stable_id("x"), stable_id("x"))
        self.assertNotEqual(stable_id("x"), stable_id("y"))

    def test_times_without_an_offset_and_sections_given_twice_are_refused(self):
        for field in ("written_at", "authored_at", "signed_at"):
            with self.subTest(field), self.assertRaisesRegex(ValueError, "UTC offset"):
                make_note(**{field: datetime(2026, 3, 15)})
        with self.assertRaisesRegex(ValueError, "UTC offset"):
            make_note(encounter=Encounter(stable_id("e"), AT, datetime(2026, 3, 15)))
        with self.assertRaisesRegex(ValueError, "once"):
            make_note(Section(ccda.PLAN, "a"), Section(ccda.PLAN, "b"))

    def test_sections_that_cannot_be_written_are_refused(self):
        for key in ("", "my key", "1st", "a-b", "é"):
            with self.subTest(key), self.assertRaisesRegex(ValueError, "cannot begin an id"):
                SectionKind(key, "Title", Code("29762-2", ccda.LOINC))
        with self.assertRaisesRegex(ValueError, "no columns"):
            Section(ccda.PLAN, items=(Problem("x"),))

    def test_offsets(self):
        for at, value in (
            (datetime(2026, 7, 1, 12, 0, 5, 999, UTC), "20260701120005+0000"),
            (
                datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=5.5))),
                "20260701120000+0530",
            ),
            (date(2026, 7, 1), "20260701"),
            (date(33, 4, 3), "00330403"),
        ):
            self.assertEqual(ccda.xml.stamp(at), value)

    def test_phone_numbers(self):
        for phone, value in (
            ("802-555-0199", "tel:+1-802-555-0199"),
            ("(802) 555-0199 x12", "tel:+1-802-555-0199;ext=12"),
            ("+44 20 7946 0958", "tel:+44-20-7946-0958"),
            ("ask the desk", "tel:ask%20the%20desk"),
        ):
            with self.subTest(phone):
                [telecom] = ccda.xml.telecoms(Contact(phone=phone))
                self.assertEqual(telecom.get("value"), value)


@tagged("post_install", "-at_install")
class TestNames(BaseCase):
    def test_names_are_split(self):
        for text, prefix, first, family, suffix in (
            ("Mary Quill", "", ("Mary",), "Quill", ""),
            ("Mary Ann Quill", "", ("Mary", "Ann"), "Quill", ""),
            ("Quill, Mary Ann", "", ("Mary", "Ann"), "Quill", ""),
            ("Dr. Zoë Adler, MD", "Dr.", ("Zoë",), "Adler", "MD"),
            ("Dr. Prof. Zoë Adler, M.D., Ph.D.", "Dr. Prof.", ("Zoë",), "Adler", "M.D., Ph.D."),
            ("Martin King Jr.", "", ("Martin",), "King", "Jr."),
            ("Henry Ford III, MD", "", ("Henry",), "Ford", "III, MD"),
            ("Vincent van der Berg", "", ("Vincent",), "van der Berg", ""),
            ("Van Nguyen", "", ("Van",), "Nguyen", ""),
            ("García Márquez, Dr. Gabriel", "Dr.", ("Gabriel",), "García Márquez", ""),
            ("Madonna", "", (), "Madonna", ""),
            ("Dr. No", "Dr.", (), "No", ""),
            ("", "", (), "", ""),
            (None, "", (), "", ""),
            (" , ", "", (), "", ""),
        ):
            with self.subTest(text):
                self.assertEqual(names.split(text), Name(family, first, prefix, suffix))

    @given(st.lists(st.text("abcdrmjs.ü'-", min_size=1, max_size=6), max_size=6), st.booleans())
    def test_no_word_is_lost(self, words, comma):
        text = ", ".join(words) if comma else " ".join(words)
        name = names.split(text)
        pieces = " ".join([name.prefix, *name.given, name.family, name.suffix])
        self.assertCountEqual(pieces.replace(",", " ").split(), text.replace(",", " ").split())
