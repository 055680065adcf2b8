from datetime import date

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from ...tools import matching
from ...tools.ccda import SEX_WORDS
from ..core.records import of_company

_lt = LazyTranslate(__name__)

CANDIDATES_MAX = 200

# What `tools.matching` found, in words
REASONS = {
    ("name", "same"): _lt("same name"),
    ("name", "similar"): _lt("similar name"),
    ("name", "former"): _lt("former name"),
    ("name", "initial"): _lt("same last name and first initial"),
    ("name", "family"): _lt("same last name, different first name"),
    ("name", "given"): _lt("same first name, different last name"),
    ("name", "different"): _lt("different name"),
    ("birth_date", "same"): _lt("same birth date"),
    ("birth_date", "similar"): _lt("similar birth date"),
    ("birth_date", "different"): _lt("different birth date"),
    ("sex", "same"): _lt("same sex"),
    ("sex", "different"): _lt("different sex"),
    ("postal_code", "same"): _lt("same ZIP code"),
    ("postal_code", "different"): _lt("different ZIP code"),
    ("record_number", "same"): _lt("same record number"),
}

# Item of a comparison -> its label, and how a person's is shown
COMPARED = (
    ("name", _lt("Name"), lambda person: person.name),
    ("birth_date", _lt("Date of birth"), lambda person: str(person.birth_date or "")),
    ("sex", _lt("Sex"), lambda person: person.sex.capitalize()),
    ("postal_code", _lt("ZIP code"), lambda person: person.postal_code),
    ("record_number", _lt("Record number"), lambda person: ", ".join(person.record_numbers)),
)


class ResPartner(models.Model):
    """Which patients somebody may be, of whom a document or a message speaks."""

    _inherit = "res.partner"

    def _direct_known(self) -> matching.Person:
        """Describe the patient for `tools.matching`; an empty recordset is nobody."""
        person = self._direct_person()
        name = person.name
        return matching.Person(
            given="" if person.is_name_guessed else " ".join(name.given),
            family="" if person.is_name_guessed else name.family,
            full=name.full,
            former=tuple(one.full for one in person.former_names),
            birth_date=person.birth_date,
            sex=SEX_WORDS.get(person.sex, ""),
            postal_code=person.contact.address.postal_code,
            record_numbers=tuple(filter(None, [person.id.extension])),
        )

    @api.model
    def _direct_matches(self, claim, company):
        """Return the patients of `company` that `claim` may be, best first.

        :param claim: a `tools.matching.Person`
        :return: list of (`tools.matching.Match`, patient)
        """
        found = [
            (matching.compare(claim, patient._direct_known()), patient)
            for patient in self._direct_candidates(claim, company)
        ]
        found = [(match, patient) for match, patient in found if match.level != "none"]
        return sorted(found, key=lambda pair: (-pair[0].score, pair[1].id))

    @api.model
    def _direct_candidates(self, claim, company):
        """Return the patients of `company` that have anything of `claim`."""
        of_practice = Domain("direct_is_patient", "=", True) & of_company(company)
        exact = Domain.OR(
            [
                Domain("direct_birthdate", "=", claim.birth_date or date.min),
                Domain("direct_record_number", "in", list(claim.record_numbers)),
            ]
        )
        family = matching.words(claim.family) or matching.words(claim.name)[-1:]
        named = Domain.OR(
            Domain(field, "ilike", word)
            for word in family
            for field in ("name", "direct_former_names")
        )
        found = self.search(of_practice & exact, limit=CANDIDATES_MAX)
        if family:
            found |= self.search(of_practice & named, limit=CANDIDATES_MAX)
        return found

    @api.model
    def _direct_comparison(self, claim, patient, match) -> list[dict]:
        """Return both sides of a comparison, item by item, as far as either says anything.

        :return: list of ``{"item", "said", "known", "differs"}``, texts and whether they differ
        """
        known, findings = patient._direct_known(), dict(match.findings)
        return [
            {
                "item": str(self.env._(label)),
                "said": shown(claim) or "",
                "known": shown(known) or "",
                # What is only alike is looked at too
                "differs": findings.get(item, "same") != "same",
            }
            for item, label, shown in COMPARED
            if shown(claim) or shown(known)
        ]

    @api.model
    def _direct_reasons(self, match) -> str:
        """Say what is the same, then what is not: ``same name, same birth date; sex differs``."""
        said = [(finding, str(self.env._(REASONS[finding]))) for finding in match.findings]
        agree = [text for (_item, how), text in said if how != "different"]
        differ = [text for (_item, how), text in said if how == "different"]
        return "; ".join(filter(None, [", ".join(agree), ", ".join(differ)]))
