from odoo import fields, models

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
            company = recipient.referral_id.company_id
            provider = self.env["direct.provider"]._for_company(company)
            domain = self.env["direct.practice"]._of_company(company).domain
            status, reason = provider._address_status(recipient.address, domain)
            recipient.sudo().write({"status": status, "status_reason": reason})
            if status == "verified":
                recipient.partner_id.sudo().direct_verified_at = fields.Datetime.now()

    def _contact(self):
        """Return the contact of this recipient; a new one is kept for the next referral."""
        self.ensure_one()
        company = self.referral_id.company_id
        partner_sudo = as_server(self.env["res.partner"])
        return (
            self.partner_id
            or partner_sudo._direct_contact(self.address, company)
            or partner_sudo.create(
                {
                    "name": self.name,
                    "direct_address": self.address,
                    "direct_npi": self.npi or False,
                    "direct_specialty": self.specialty or False,
                    "direct_verified_at": self.status == "verified" and fields.Datetime.now(),
                    "company_id": company.id,
                    "comment": self.organization or False,
                }
            )
        )
