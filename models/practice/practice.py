from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...hisp.base import Practice
from ...hisp.errors import DomainExists
from ...tools import address
from ..core import records, relations
from ..core.groups import MANAGER, REPRESENTATIVE
from ..core.guarded import Writable, decides
from ..core.sentences import translated

CONNECTION_ACTIVITY = "direct_messaging.activity_type_connection"


class DirectPractice(models.Model):
    """A practice, one per company: its Direct domain and whether it may send."""

    _name = "direct.practice"
    _inherit = ["direct.guarded", "mail.thread", "mail.activity.mixin"]
    _description = "Direct Practice"
    _rec_name = "company_id"

    _writable = (Writable("legal_representative_ids", group=MANAGER),)

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    provider_id = fields.Many2one("direct.provider", required=True, readonly=True, tracking=True)
    domain = fields.Char(
        readonly=True,
        copy=False,
        tracking=True,
        help="The part after the @ in all of the practice's Direct addresses. It is permanent. "
        "Example: practice.direct.example.org.",
    )
    authentication_state = fields.Selection(
        [("not_authenticated", "Not Authenticated"), ("authenticated", "Authenticated")],
        string="Authentication",
        required=True,
        readonly=True,
        default="not_authenticated",
        copy=False,
        tracking=True,
    )
    authenticated_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict"
    )
    authenticated_at = fields.Datetime("Authenticated On", readonly=True, copy=False)
    legal_representative_ids = relations.Many2many(
        "res.users",
        string="Legal Representatives",
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="The people who may authenticate the practice with the Direct provider.",
    )
    account_ids = relations.One2many("direct.account", "practice_id", string="Direct Addresses")
    support_contact = fields.Char(compute="_compute_support_contact", compute_sudo=True)

    _company_unique = models.Constraint(
        "UNIQUE (company_id)", "This company already has a Direct practice. Open that one instead."
    )
    _domain_unique = models.Constraint(
        "UNIQUE (provider_id, domain)", "This domain belongs to another practice."
    )

    @api.depends("provider_id")
    def _compute_support_contact(self):
        for practice in self:
            practice.support_contact = practice.provider_id._support_contact()

    @api.model_create_multi
    def create(self, vals_list):
        practices = super().create(vals_list)
        practices._sync_legal_representatives()
        return practices

    def write(self, vals):
        if (
            self.env.su
            and "domain" in vals
            and self.filtered(lambda p: p.domain and p.domain != vals["domain"])
        ):
            raise UserError(self.env._("Direct domains are permanent and can't be changed."))
        former = self.legal_representative_ids
        result = super().write(vals)
        if "legal_representative_ids" in vals:
            self._sync_legal_representatives(former)
        return result

    def _sync_legal_representatives(self, former=None):
        """Give the group to those appointed, and take it from those appointed nowhere any more."""
        group = self.env.ref(REPRESENTATIVE).sudo()
        appointing = self.sudo().search([("legal_representative_ids", "!=", False)])
        appointed = appointing.legal_representative_ids
        dismissed = (former or self.env["res.users"]) - appointed
        group.write(
            {
                "user_ids": [Command.link(user.id) for user in appointed]
                + [Command.unlink(user.id) for user in dismissed]
            }
        )

    # --- actions -----------------------------------------------------------------------------

    @decides()
    def action_ask_legal_representative(self):
        """Remind the legal representatives, each once, that the practice waits for them."""
        self.ensure_one()
        self.check_access("read")
        practice_sudo = self.sudo()
        representatives = practice_sudo.legal_representative_ids
        if not representatives:
            raise UserError(
                self.env._(
                    "%s has no legal representative yet. Ask an administrator to appoint one in"
                    " Direct Messaging > Configuration > Practices.",
                    self.company_id.name,
                )
            )
        asked = practice_sudo.activity_ids.filtered(
            lambda activity: activity.summary == self._authentication_request_summary()
        ).user_id
        for user in representatives - asked:
            practice_sudo.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self._authentication_request_summary(),
                note=self.env._("Requested by %s.", self.env.user.name),
                user_id=user.id,
            )
        return self.env["direct.provider"]._notify(
            "success",
            self.env._("Request Sent"),
            self.env._(
                "%s will see it in their activities.", ", ".join(representatives.mapped("name"))
            ),
        )

    def _ask_administrator(self):
        """Tell an administrator, once, that messages wait until the connection is mended."""
        self.ensure_one()
        if self.activity_search([CONNECTION_ACTIVITY]):
            return
        for manager in self.env["direct.account"]._members(MANAGER, self.company_id)[:1]:
            self.activity_schedule(
                CONNECTION_ACTIVITY,
                summary=self.env._("Direct messages are on hold: the provider can't be used"),
                note=self.env._(
                    "Use Test Connection in the provider's settings to see what is wrong."
                ),
                user_id=manager.id,
            )

    def _sending_problem(self) -> str | None:
        """Say why this practice can send nothing now, or None."""
        self.ensure_one()
        provider = self.sudo().provider_id
        if provider._is_in_use():
            return None
        return self.env._(
            "%s is disabled, so nothing can be sent. Ask an administrator to enable it in "
            "Settings > Direct Messaging.",
            provider.name,
        )

    def _recipient_problem(self, where) -> str | None:
        """Say why no message of this practice can go to `where` (normalized), or None."""
        self.ensure_one()
        status, reason = self.sudo().provider_id._address_status(where, self.domain)
        return reason if status == "invalid" else None

    def _waiting_sentence(self):
        """Say why messages are held and whom to ask."""
        self.ensure_one()
        names = ", ".join(self.sudo().legal_representative_ids.mapped("name"))
        if names:
            return self.env._(
                "The practice isn't authenticated yet, so the message is on hold. %s can "
                "authenticate it, and the message will then be sent automatically.",
                names,
            )
        return self.env._(
            "The practice isn't authenticated yet, so the message is on hold. Ask an "
            "administrator to appoint a legal representative."
        )

    def _authentication_request_summary(self):
        return self.env._("Authenticate the practice for Direct messaging")

    # --- business ----------------------------------------------------------------------------

    @api.model
    def _of_company(self, company):
        """Return the practice of `company`, or none."""
        return self.sudo().search([("company_id", "=", company.id)])

    @api.model
    def _follow(self, company):
        """Make the practice of `company`; one without a domain follows to another provider."""
        provider = company.direct_provider_id
        practice = self._of_company(company)
        if not practice:
            self._as_server().create({"company_id": company.id, "provider_id": provider.id})
        elif practice.provider_id != provider:
            if practice.domain:
                raise UserError(
                    self.env._(
                        "%(company)s uses the domain %(domain)s at %(provider)s. A Direct domain "
                        "can't move to another provider.",
                        company=company.name,
                        domain=practice.domain,
                        provider=practice.provider_id.name,
                    )
                )
            practice.provider_id = provider

    @api.model
    def _create_domain(self, company, label):
        """Create the practice-wide domain at the provider; return the practice with its domain.

        A practice that has one keeps it, whatever `label` says.

        :param label: normalized first part of the domain
        :raise UserError: in words, when the label is not possible or taken
        """
        # Two users of a practice at once: the second presses again and finds the first's domain
        records.lock(company.sudo())
        practice = self._of_company(company)
        if practice.domain:
            return practice
        if problem := address.label_problem(label):
            raise UserError(translated(self.env, problem))
        registration = Practice(
            reference=records.reference(company), name=company.name, phone=company.phone or ""
        )
        with practice.provider_id._connected() as hisp:
            try:
                practice.domain = hisp.create_domain(label, registration)
            except DomainExists as error:
                # Created before, but a crash kept us from noting it: this is the practice's domain
                [practice.domain] = error.suggestions
        return practice

    def _adopt_domain(self, domain):
        """Note the domain that the practice has at its provider."""
        self.ensure_one()
        records.lock(self.company_id.sudo())
        if self.domain and self.domain != domain:
            raise UserError(
                self.env._(
                    "Your practice's domain is %s. Enter an address in this domain.", self.domain
                )
            )
        if self.sudo().search_count(
            [
                ("provider_id", "=", self.provider_id.id),
                ("domain", "=", domain),
                ("id", "!=", self.id),
            ]
        ):
            raise UserError(self.env._("This domain belongs to another practice."))
        self.domain = domain

    def _set_authenticated(self, user=None):
        """Note that the provider authenticated the practice, and let held messages go.

        :param user: the legal representative who proved to be one, where that is known
        """
        if user:
            self.write({"authenticated_by_id": user.id, "authenticated_at": fields.Datetime.now()})
        waiting = self.filtered(lambda p: p.authentication_state != "authenticated")
        waiting.write(
            {"authentication_state": "authenticated", "authenticated_at": fields.Datetime.now()}
        )
        waiting.activity_ids.filtered(
            lambda activity: activity.summary == self._authentication_request_summary()
        ).action_done()
        for practice in waiting:
            practice._on_authenticated()
        for practice in self:
            news = {"practice_id": practice.id}
            practice._concerned()._bus_send("direct_messaging/practice", news)

    def _concerned(self):
        """Return the users whom it concerns whether the practice is authenticated."""
        return self.account_ids.user_id | self.legal_representative_ids

    # --- hooks of the wings above ------------------------------------------------------------

    def _on_connection_mended(self):
        """Act on a connection that works (again): let go what waited for it."""
        self.activity_feedback([CONNECTION_ACTIVITY])

    def _on_authenticated(self):
        """Act on the practice having become authenticated: let go what waited for it."""
        self.message_notify(
            partner_ids=self._concerned().partner_id.ids,
            subject=self.env._("The practice is authenticated"),
            body=self.env._("Direct messages can be sent now. Messages on hold are being sent."),
        )

    def _set_not_authenticated(self):
        """Note that the provider does not let the practice send (any more)."""
        self.write({"authentication_state": "not_authenticated", "authenticated_at": False})
