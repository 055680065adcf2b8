from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...exceptions import Problems
from ...hisp.base import Capability
from ...tools import address
from ..core.guarded import Writable, decides
from ..core.sentences import translated

EXAMPLE_SUFFIX = "direct.example.org"


class DirectSetup(models.TransientModel):
    """*Direct Message Setup*: the practice's domain, the user's address, and whether all is done.

    Domain and address are created one by one and are permanent, so where to go on is read from
    what exists, not remembered: set-up can be left at any time and resumes at the right step.
    """

    _name = "direct.setup"
    _inherit = "direct.draft"
    _description = "Direct Message Setup"

    _writable = (Writable("label username mailbox_login mailbox_password"),)

    user_id = fields.Many2one("res.users", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    provider_id = fields.Many2one("direct.provider", required=True, readonly=True)
    step = fields.Selection(
        [
            ("domain", "Create Domain Name"),
            ("username", "Create Your Username"),
            ("complete", "Complete Setup"),
        ],
        required=True,
        readonly=True,
    )
    practice_id = fields.Many2one("direct.practice", compute="_compute_existing", compute_sudo=True)
    account_id = fields.Many2one("direct.account", compute="_compute_existing", compute_sudo=True)

    label = fields.Char("Practice Name")
    domain_preview = fields.Char(compute="_compute_label_preview", compute_sudo=True)
    label_problem = fields.Char(compute="_compute_label_preview", compute_sudo=True)
    # What preview and problem are about: while something else is typed, nothing is known of it
    label_checked = fields.Char(compute="_compute_label_preview", compute_sudo=True)
    username = fields.Char()
    address_preview = fields.Char(compute="_compute_username_preview", compute_sudo=True)
    username_problem = fields.Char(compute="_compute_username_preview", compute_sudo=True)
    username_checked = fields.Char(compute="_compute_username_preview", compute_sudo=True)

    exists_at_provider = fields.Boolean(
        compute="_compute_exists_at_provider",
        compute_sudo=True,
        help="The provider creates the domain and addresses. You enter them here.",
    )
    shares_mailbox = fields.Boolean(compute="_compute_exists_at_provider", compute_sudo=True)
    proof_sentence = fields.Char(compute="_compute_exists_at_provider", compute_sudo=True)
    mailbox_login = fields.Char()
    # Never stored: it comes in the context of the button, as Odoo's own identity check has it
    mailbox_password = fields.Char(store=False)

    domain = fields.Char(related="practice_id.domain")
    direct_address = fields.Char("Your Direct Address", related="account_id.address")
    authentication_state = fields.Selection(related="practice_id.authentication_state")
    waiting_sentence = fields.Char(compute="_compute_waiting", compute_sudo=True)
    can_ask = fields.Boolean(compute="_compute_waiting", compute_sudo=True)
    support_contact = fields.Char(compute="_compute_support_contact", compute_sudo=True)
    provider_notice = fields.Char(compute="_compute_support_contact", compute_sudo=True)

    @api.depends("company_id", "user_id", "step")
    def _compute_existing(self):
        for setup in self:
            setup.practice_id = self.env["direct.practice"]._of_company(setup.company_id)
            setup.account_id = self.env["direct.account"]._of_user(setup.user_id, setup.company_id)

    @api.depends("provider_id")
    def _compute_exists_at_provider(self):
        for setup in self:
            provider = setup.provider_id
            setup.exists_at_provider = not provider._can(Capability.REGISTRATION)
            setup.shares_mailbox = provider._shares_mailbox()
            setup.proof_sentence = provider._proof_sentence()

    @api.depends("label", "exists_at_provider")
    def _compute_label_preview(self):
        for setup in self:
            setup.label_checked = setup.label
            label = address.normalize(setup.label)
            if setup.exists_at_provider:
                problem = address.address_problem(f"x@{label}")
                setup.label_problem = translated(self.env, problem)
                setup.domain_preview = label
                continue
            suffix = setup.provider_id.domain_suffix or EXAMPLE_SUFFIX
            setup.label_problem = translated(self.env, address.label_problem(label))
            setup.domain_preview = f"{label or '…'}.{suffix}"

    @api.depends("username", "practice_id", "label", "exists_at_provider")
    def _compute_username_preview(self):
        for setup in self:
            setup.username_checked = setup.username
            username = address.normalize(setup.username)
            domain = setup.practice_id.domain or address.normalize(setup.label)
            setup.address_preview = f"{username or '…'}@{domain}"
            problem = (
                address.address_problem(f"{username}@{domain}")
                if setup.exists_at_provider
                else address.local_part_problem(username)
            )
            setup.username_problem = translated(self.env, problem)

    @api.depends("practice_id.authentication_state", "practice_id.legal_representative_ids")
    def _compute_waiting(self):
        for setup in self:
            practice = setup.practice_id
            waits = practice and practice.authentication_state != "authenticated"
            representatives = practice.legal_representative_ids
            setup.waiting_sentence = practice._waiting_sentence() if waits else False
            setup.can_ask = waits and bool(representatives - setup.user_id)

    @api.depends("provider_id")
    def _compute_support_contact(self):
        for setup in self:
            setup.support_contact = setup.provider_id._support_contact()
            setup.provider_notice = setup.provider_id._test_notice()

    # --- open --------------------------------------------------------------------------------

    @api.model
    def _open(self, company=None):
        """Open set-up for the current user, at the step where it stands."""
        self.check_access("write")
        company = company or self.env.company
        practice = self.env["direct.practice"]._of_company(company)
        if not practice:
            raise UserError(
                self.env._(
                    "No Direct provider is set up for %s. Ask an administrator to connect one in"
                    " Settings > Direct Messaging.",
                    company.name,
                )
            )
        exists_at_provider = not practice.provider_id._can(Capability.REGISTRATION)
        setup_sudo = self._resume(
            {
                "user_id": self.env.uid,
                "company_id": company.id,
                "provider_id": practice.provider_id.id,
            },
            # What exists elsewhere cannot be proposed
            label=practice.domain if exists_at_provider else address.propose_label(company.name),
            username=address.propose_local_part(self.env.user.name),
            step="domain",
        )
        setup_sudo.step = setup_sudo._step_reached()
        return setup_sudo._window()

    def _step_reached(self):
        if not self.practice_id.domain:
            return "domain"
        return "complete" if self.account_id else "username"

    def _window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Direct Message Setup"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    @api.model
    @decides()
    def action_open(self):
        """Open *Direct Message Setup* from the menu."""
        return self._open()

    # --- steps -------------------------------------------------------------------------------

    @decides("shown_domain_preview")
    def action_create_domain(self):
        """*Continue* under *Create Domain Name*."""
        self._check_own()
        if self.exists_at_provider:
            return self._go_on_with_domain()
        self._check_will_create("label", self.label_problem, "domain_preview")
        self.env["direct.practice"]._create_domain(self.company_id, address.normalize(self.label))
        return self._go_on()

    def _check_will_create(self, field, problem, preview):
        """What is permanent is created only as the window shows it when the button is pressed.

        :param str preview: the field that shows it; the button says what it showed in the context
        """
        if problem:
            raise Problems([(field, problem)])
        shown = self.env.context.get(f"shown_{preview}", self[preview])
        if shown != self[preview]:
            raise Problems(
                [
                    (
                        field,
                        self.env._(
                            "This would create %s, and it can't be changed later. If that is right,"
                            " press Continue again.",
                            self[preview],
                        ),
                    )
                ]
            )

    def _go_on_with_domain(self):
        """Go on with a domain that exists. It is the practice's once a mailbox in it is proven."""
        if self.label_problem:
            raise Problems([("label", self.label_problem)])
        self.sudo().step = "username"
        return self._window()

    @decides("mailbox_password", "shown_address_preview")
    def action_create_username(self):
        """*Continue* under *Create Your Username*."""
        self._check_own()
        practice = self.env["direct.practice"]._of_company(self.company_id)
        self._check_will_create("username", self.username_problem, "address_preview")
        if self.exists_at_provider:
            return self._adopt_address(practice)
        self.env["direct.account"]._create_address(
            self.env.user, practice, address.normalize(self.username)
        )
        return self._go_on()

    def _adopt_address(self, practice):
        """Take over an address that exists, once a message to itself has proven its mailbox."""
        password = self.env.context.get("mailbox_password") or ""
        self = self.with_context(mailbox_password=None)
        domain = practice.domain or address.normalize(self.label)
        self.env["direct.account"]._adopt_address(
            self.env.user,
            practice,
            f"{address.normalize(self.username)}@{domain}",
            (self.mailbox_login or "").strip(),
            password,
        )
        return self._go_on()

    @decides()
    def action_show_domain(self):
        """*Back*: look at the practice's domain again. It exists, so it is only shown."""
        self._check_own()
        self.sudo().step = "domain"
        return self._window()

    @decides()
    def action_continue(self):
        """*Continue* where there is nothing left to create in this step."""
        self._check_own()
        return self._go_on()

    @decides()
    def action_ask_legal_representative(self):
        """Remind the legal representatives that the practice waits for them."""
        self._check_own()
        return self.practice_id.action_ask_legal_representative()

    @decides()
    def action_finish(self):
        """Close set-up."""
        self._check_own()
        return {"type": "ir.actions.act_window_close"}

    def _go_on(self):
        self._new_version()
        self.invalidate_recordset()
        self.sudo().step = self._step_reached()
        return self._window()

    def _check_own(self):
        # Transient records are not private by themselves: checked in rule and method
        self.ensure_one()
        if self.sudo().user_id != self.env.user:
            raise AccessError(self.env._("This setup was started by another user."))
        self.env["direct.account"].check_access("read")
        self._check_shown()
