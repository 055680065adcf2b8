from odoo import fields, models
from odoo.exceptions import UserError

from ...hisp.errors import HispError
from ...tools import address
from ..core.server import as_server


class DirectReferralRecipient(models.Model):
    """A recipient of a referral and what is known of the Direct address."""

    _name = "direct.referral.recipient"
    _inherit = "direct.guarded"
    _description = "Referral Recipient"
    _order = "id"

    referral_id = fields.Many2one(
        "direct.referral", required=True, readonly=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    name = fields.Char(required=True, readonly=True)
    address = fields.Char("Direct Address", required=True, readonly=True)
    organization = fields.Char(readonly=True)
    specialty = fields.Char(readonly=True)
    npi = fields.Char("NPI", readonly=True)
    status = fields.Selection(
        [
            ("verified", "Verified"),
            ("unverified", "Not verified"),
            ("invalid", "Not a Direct address"),
        ],
        required=True,
        readonly=True,
        default="unverified",
    )
    status_reason = fields.Char(readonly=True)

    _address_unique = models.Constraint(
        "UNIQUE (referral_id, address)", "This address is already a recipient."
    )

    def _check_with_provider(self):
        """Ask the provider about each address; what cannot be asked stays *not verified*."""
        for recipient in self:
            status, reason = recipient._status()
            recipient.sudo().write({"status": status, "status_reason": reason})
            if status == "verified":
                recipient.partner_id.sudo().direct_verified_at = fields.Datetime.now()

    def _status(self) -> tuple[str, str]:
        self.ensure_one()
        if problem := address.address_problem(self.address):
            return "invalid", problem
        company = self.referral_id.company_id
        provider = self.env["direct.provider"]._for_company(company)
        if not provider:
            return "unverified", self.env._(
                "No Direct provider is set up, so this address wasn't checked."
            )
        try:
            domain = self.env["direct.practice"]._of_company(company).domain or ""
            check = provider._hisp().check_address(self.address, domain)
        except (HispError, UserError) as error:
            return "unverified", self.env._("This address couldn't be checked: %s", error)
        if not check.valid:
            return "invalid", check.reason or self.env._(
                "The provider doesn't recognize this address."
            )
        if not check.trusted:
            return "unverified", check.reason or self.env._(
                "The recipient's provider isn't trusted."
            )
        return "verified", self.env._("%s has verified this address.", provider.name)

    def _contact(self):
        """Return the contact of this recipient; a new one is kept for the next referral."""
        self.ensure_one()
        partner_sudo = as_server(self.env["res.partner"])
        return (
            self.partner_id
            or partner_sudo.search([("direct_address", "=", self.address)], limit=1)
            or partner_sudo.create(
                {
                    "name": self.name,
                    "direct_address": self.address,
                    "direct_npi": self.npi or False,
                    "direct_specialty": self.specialty or False,
                    "direct_verified_at": self.status == "verified" and fields.Datetime.now(),
                    "company_id": self.referral_id.company_id.id,
                    "comment": self.organization or False,
                }
            )
        )
