"""Our C-CDA, read by other people's readers: what we say is what they understand."""

from odoo.tests import BaseCase, tagged

from ...tools import ccda
from ..kit import show_table
from .other_readers import KINDS, READERS, facts_of
from .statements import EVERYTHING
from .test_ccda import make_note

# What a reader cannot read, whoever wrote it, and why. A line that is no longer true is an error
NOT_READ = {
    ("ccda-to-fhir", "immunizations"): "a vaccine without a CVX code",
    ("ccda-to-fhir", "careteam"): "care teams",
    ("ccda-to-fhir", "concerns"): "health concerns",
    ("@medplum/ccda", "problem"): "that a problem is over: C-CDA's *completed* is not in its table",
    ("@medplum/ccda", "allergy"): "that an allergy is over",
    ("@medplum/ccda", "visits"): "diagnoses of a visit",
    ("@medplum/ccda", "careteam"): "names in a care team",
    ("@medplum/ccda", "concerns"): "health concerns",
}


@tagged("post_install", "-at_install")
class TestOtherReaders(BaseCase):
    def test_what_we_say_is_what_they_read(self):
        note = make_note(*EVERYTHING)
        document = ccda.write(note)
        stated = facts_of(note.patient)
        read = {name: reader(document) for name, reader in READERS.items()}
        rows = [("statement", "said", *READERS)]
        for kind in KINDS:
            said = stated[kind]
            counts = {name: len(said & facts.get(kind, set())) for name, facts in read.items()}
            rows.append((kind, len(said), *counts.values()))
            for name, count in counts.items():
                with self.subTest(kind, reader=name):
                    missing = said - read[name].get(kind, set())
                    is_known = (name, kind) in NOT_READ
                    self.assertEqual(bool(missing), is_known, (missing, read[name].get(kind)))
                    self.assertEqual(count + len(missing), len(said))
        show_table("Our C-CDA in other readers", rows)

    def test_every_name_is_read_by_everybody(self):
        """Also where a reader takes what is over for current, it knows what it is."""
        note = make_note(*EVERYTHING)
        document = ccda.write(note)
        stated = facts_of(note.patient)
        for name, reader in READERS.items():
            read = reader(document)
            for kind in ("patient", "problem", "medication", "allergy"):
                with self.subTest(kind, reader=name):
                    names = {fact[0] for fact in read[kind]}
                    self.assertLessEqual({fact[0] for fact in stated[kind]}, names)
