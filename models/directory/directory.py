from contextlib import closing

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...hisp.base import Capability
from ...hisp.errors import HispError
from ...tools import address
from ..core.records import of_company

DIRECTORY_LIMIT = 15
CONTACT_LIMIT = 8
QUERY_MAX = 100


class DirectDirectory(models.AbstractModel):
    """Finds whom to write to: contacts first, then the directory of the provider."""

    _name = "direct.directory"
    _description = "Directory of Direct Addresses"

    @api.model
    def _find(self, query, company) -> dict:
        """Find recipients for `company`, with the user's rights.

        :param str query: what was typed: name, NPI, specialty, organization or address
        :return: ``{"entries": [...], "notice": str | False}``; an entry has source, partner_id,
            name, address, organization, specialty, npi, city and status
        """
        query = (query or "").strip()[:QUERY_MAX]
        contacts = self._search_contacts(query, company)
        known = {entry["address"] for entry in contacts}
        listed, notice = self._search_provider(query, company)
        entries = contacts + [entry for entry in listed if entry["address"] not in known]
        typed = address.normalize(query)
        if "@" in typed and typed not in {entry["address"] for entry in entries}:
            entries.append(self._entry("typed", name=typed, address=typed))
        return {"entries": entries, "notice": notice}

    @api.model
    def _search_contacts(self, query, company):
        domain = of_company(company) & Domain("direct_address", "!=", False)
        for word in query.split():
            domain &= Domain.OR(
                Domain(field, "ilike", word)
                for field in (
                    "name",
                    "parent_id.name",
                    "direct_npi",
                    "direct_specialty",
                    "direct_address",
                    "city",
                )
            )
        return [
            self._entry(
                "contact",
                partner_id=partner.id,
                name=partner.name,
                address=partner.direct_address,
                organization=partner.parent_id.name or "",
                specialty=partner.direct_specialty or "",
                npi=partner.direct_npi or "",
                city=partner.city or "",
                status="verified" if partner.direct_verified_at else "unverified",
            )
            for partner in self.env["res.partner"].search(domain, limit=CONTACT_LIMIT)
        ]

    @api.model
    def _search_provider(self, query, company):
        """Return (entries, notice): the contacts are of use even when the directory is not."""
        provider = self.env["direct.provider"]._for_company(company)
        if not provider:
            return [], self.env._("No Direct provider is set up, so no directory is available.")
        if not provider._can(Capability.DIRECTORY):
            return [], self.env._("%s has no directory. Enter a Direct address.", provider.name)
        try:
            with closing(provider._hisp()) as hisp:
                found = hisp.search_directory(query, DIRECTORY_LIMIT)
        except (HispError, UserError) as error:
            return [], self.env._("The provider's directory can't be searched right now: %s", error)
        return [
            self._entry(
                "directory",
                name=entry.name,
                address=address.normalize(entry.address),
                organization=entry.organization,
                specialty=entry.specialty,
                npi=entry.npi,
                city=", ".join(filter(None, (entry.city, entry.state))),
                status="verified",
            )
            for entry in found
        ], False

    @api.model
    def _entry(self, source, **values):
        return {
            "source": source,
            "partner_id": False,
            "name": "",
            "address": "",
            "organization": "",
            "specialty": "",
            "npi": "",
            "city": "",
            "status": "unverified",
            **values,
        }
