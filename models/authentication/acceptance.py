from odoo import fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class DirectAgreementAcceptance(models.Model):
    """Who accepted which text, when and from where. Append-only; kept for six years or longer.

    45 CFR 164.316(b)(2)(i) asks for six years; nothing here deletes it.
    """

    _name = "direct.agreement.acceptance"
    _inherit = "direct.guarded"
    _description = "Accepted Agreement"
    _order = "id desc"
    _rec_name = "agreement_id"

    _drafts = ()
    _final = _lt("An acceptance is a record. It can't be changed or deleted.")
    _server_changes = ""

    agreement_id = fields.Many2one(
        "direct.agreement", required=True, readonly=True, ondelete="restrict"
    )
    version = fields.Char(related="agreement_id.version", store=True)
    sha256 = fields.Char(related="agreement_id.sha256", store=True)
    practice_id = fields.Many2one(
        "direct.practice", required=True, readonly=True, ondelete="restrict", index=True
    )
    enrollment_id = fields.Many2one("direct.enrollment", readonly=True, ondelete="restrict")
    user_id = fields.Many2one(
        "res.users", "Accepted By", required=True, readonly=True, ondelete="restrict"
    )
    accepted_at = fields.Datetime("Accepted On", required=True, readonly=True)
    ip_address = fields.Char("IP Address", readonly=True)
