"""What plain Python says is in the reader's language wherever it is shown."""

from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ...hisp import errors
from ...models.core.sentences import translated
from ...tools import address, identity
from ...tools.sentence import Sentence
from ..common import DirectCommon

LANG = "fr_FR"


class Marked(dict):
    """Translations of everything: what passed through translation can be told by its marks."""

    def get(self, source, default=None):
        return f"«{source}»"


@tagged("post_install", "-at_install")
class TestSentences(DirectCommon):
    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang(LANG)
        marked = {("direct_messaging", LANG): Marked()}
        self.startPatcher(patch.dict(code_translations.python_translations, marked))
        self.french = self.env(context={"lang": LANG})

    def test_a_sentence_is_its_english_text(self):
        sentence = Sentence("Use at most %(most)s.", most=Sentence("%(n)s letters", n=3))
        self.assertEqual(sentence, "Use at most 3 letters.")
        self.assertEqual(translated(self.env, sentence), "Use at most 3 letters.")
        self.assertEqual(translated(self.french, sentence), "«Use at most «3 letters».»")
        for nothing in ("", None, False):
            self.assertIs(translated(self.french, nothing), nothing)

    def test_every_problem_of_a_field_is_translated(self):
        """In the enrollment form as one types, and by the method that submits."""
        self.practice.legal_representative_ids = self.representative
        enrollment = self.env["direct.enrollment"].with_user(self.representative)
        enrollment = enrollment._begin(self.practice).with_context(lang=LANG)
        typed = dict.fromkeys(identity.NAMES, "\u0000" * 200)
        for values in (dict.fromkeys(identity.NAMES, ""), typed, {"birthdate": "2999-01-01"}):
            for name, said in enrollment._check_fields(values).items():
                with self.subTest(name):
                    self.assertIn(said and said[0], ("«", False), said)
        with self.assertRaises(UserError) as refused:
            enrollment._applicant({})
        for line in str(refused.exception).splitlines():
            self.assertTrue(line.startswith("«"), line)

    def test_every_error_of_a_provider_is_translated(self):
        provider = self.provider.with_env(self.french)
        kinds = [errors.HispError]
        for kind in kinds:
            kinds += kind.__subclasses__()
            with self.subTest(kind.__name__):
                error = kind()
                self.assertEqual(provider._sentence(error), f"«{error.sentence}» «{error.advice}»")
        self.assertGreater(len(kinds), 30)

    def test_where_it_is_shown(self):
        """Each place that shows what `tools/` found."""
        partners = self.env["res.partner"].with_context(lang=LANG)
        received = self.make_answer(self.make_delivered(), patient_id=self.patient.id)
        letters = self.env["direct.letter"].with_user(self.clinician)
        letter = letters._begin(received, "forward").with_context(lang=LANG)
        letter.to_address = "nobody"
        setups = self.env["direct.setup"].with_user(self.colleague).with_context(lang=LANG)
        setup = setups.browse(setups._open()["res_id"])
        setup.write({"label": "a b", "username": "a b"})
        sent = self.send(self.make_referral())
        sent.write({"state": "failed", "problem": errors.MailboxFull.sentence})
        accounts = self.env["direct.account"].with_context(lang=LANG)
        shown = {
            "letter": lambda: letter.to_problem,
            "label": lambda: setup.label_problem,
            "username": lambda: setup.username_problem,
            "NPI": lambda: partners.create({"name": "x", "direct_npi": "1"}),
            "contact": lambda: partners.create({"name": "x", "direct_address": "x"}),
            "recipient": lambda: self.provider.with_context(lang=LANG)._address_status("x", "")[1],
            "domain": lambda: (
                self.env["direct.practice"]
                .with_context(lang=LANG)
                ._create_domain(self.env["res.company"].create({"name": "Elsewhere"}), "a b")
            ),
            "account": lambda: accounts._create_address(self.colleague, self.practice, "a b"),
            "delivery": lambda: sent.with_context(lang=LANG)._delivery_row(self.clinician)[
                "sentence"
            ],
            "thread": lambda: sent.with_context(lang=LANG)._thread_row(sent)["problem"],
        }
        for place, show in shown.items():
            with self.subTest(place):
                try:
                    with self.cr.savepoint():
                        said = show()
                except (UserError, ValidationError) as refused:
                    said = str(refused)
                self.assertTrue(said.startswith("«"), said)

    def test_no_problem_of_an_address_has_a_hole(self):
        """Each kind of problem, of a practice's name and of a username, has its whole sentence."""
        for problem, sentences in (
            (address.label_problem, address._OF_LABEL),
            (address.local_part_problem, address._OF_LOCAL_PART),
        ):
            wrong = ("", "a b", "x" * 99, "ä", "-a", "admin")
            said = [problem(text).source for text in wrong]
            self.assertEqual(said, list(sentences.values()))
            self.assertFalse([text for text in wrong if "%(" in problem(text)])
