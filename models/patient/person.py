from odoo import models
from odoo.tools import LazyTranslate

from ...tools import ccda
from ...tools.ccda import names
from ..core.records import reference

_lt = LazyTranslate(__name__)

# As HL7's AdministrativeGender has them
SEXES = {"female": "F", "male": "M", "other": "OTH"}
# Without these the other side cannot tell who a patient is
NEEDED = {
    "name": _lt("full name"),
    "birth_date": _lt("date of birth"),
    "sex": _lt("sex"),
}


class ResPartner(models.Model):
    """The patient for everything that leaves, and for who is compared with what arrives."""

    _inherit = "res.partner"

    def _direct_person(self) -> ccda.Patient:
        """Return what is known of the patient; an empty recordset is nobody.

        The one hook for addons that keep their patients elsewhere: C-CDA, Context, XDM, PDF and
        matching all ask it. `dataclasses.replace` changes what `super()` returns. Called in the
        company whose patient it is about.
        """
        return ccda.Patient(
            id=self._direct_patient_id(),
            name=names.split(self.name, self.direct_family_name or ""),
            birth_date=self.direct_birthdate or None,
            sex=SEXES.get(self.direct_sex, ""),
            contact=self._direct_reach(),
            is_name_guessed=not names.knows(self.name, self.direct_family_name or ""),
            former_names=tuple(
                names.split(name) for name in (self.direct_former_names or "").split(";") if name
            ),
            races=tuple(self.sudo().direct_race_ids.mapped("code")),
            ethnicity=self.direct_ethnicity or "",
            language=self.direct_language or "",
            phones=tuple(filter(None, [self.direct_mobile])),
            guardians=self._direct_related("direct_guardian"),
            emergency_contacts=self._direct_related("direct_emergency"),
            coverages=self._direct_coverages(),
            primary_care=self._direct_primary_care(),
        )

    def _direct_missing(self) -> list[str]:
        """Name what is missing for the other side to tell who the patient is."""
        person = self._direct_person()
        known = {
            "name": person.name.given and person.name.family,
            "birth_date": person.birth_date,
            "sex": person.sex,
        }
        return [self.env._(label) for item, label in NEEDED.items() if not known[item]]

    def _direct_reach(self) -> ccda.Contact:
        """Return address, phone and e-mail of a contact, as the C-CDA has them."""
        return ccda.Contact(
            ccda.Address(
                tuple(filter(None, (self.street, self.street2))),
                self.city or "",
                self.state_id.code or "",
                self.zip or "",
                self.country_id.code or "",
            ),
            self.phone or "",
            self.email or "",
        )

    def _direct_patient_id(self) -> ccda.Identifier:
        """Return the record number with its root: the practice gives it out."""
        if not self.direct_record_number:
            return ccda.stable_id(f"{reference(self)}/")
        company = self.company_id or self.env.company
        root = ccda.stable_id(f"{reference(company)}/patients").root
        return ccda.Identifier(root, self.direct_record_number)

    def _direct_related(self, field) -> tuple[ccda.RelatedPerson, ...]:
        if not self[field]:
            return ()
        contact = ccda.Contact(phone=self[f"{field}_phone"] or "")
        relation = self[f"{field}_relation"] or ""
        return (ccda.RelatedPerson(names.split(self[field]), relation, contact),)

    def _direct_coverages(self) -> tuple[ccda.Coverage, ...]:
        if not self.direct_payer:
            return ()
        number, group = self.direct_member_number or "", self.direct_group_number or ""
        return (ccda.Coverage(self.direct_payer, number, group, self.direct_plan or ""),)

    def _direct_primary_care(self) -> ccda.Person | None:
        provider_sudo = self.direct_primary_care_id.sudo()
        if not provider_sudo:
            return None
        return ccda.Person(
            ccda.stable_id(reference(provider_sudo)),
            names.split(provider_sudo.name),
            contact=provider_sudo._direct_reach(),
        )
