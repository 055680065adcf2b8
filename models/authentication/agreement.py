import hashlib

from odoo import api, fields, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class DirectAgreement(models.Model):
    """One version of a text to accept, kept to the letter for the acceptances of it."""

    _name = "direct.agreement"
    _inherit = "direct.guarded"
    _description = "Direct Agreement"
    _order = "provider_id, sequence, id"

    _drafts = ()
    _final = _lt("The text of an agreement can't be changed or deleted. Add a new version instead.")
    _server_changes = ""

    provider_id = fields.Many2one("direct.provider", required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    code = fields.Char(required=True, readonly=True)
    name = fields.Char("Title", required=True, readonly=True)
    version = fields.Char(required=True, readonly=True)
    text = fields.Text(required=True, readonly=True)
    sha256 = fields.Char("SHA-256", required=True, readonly=True)

    _text_unique = models.Constraint(
        "UNIQUE (provider_id, code, version, sha256)",
        "This version of the agreement already exists.",
    )

    @api.model
    def _current(self, provider, hisp):
        """Return the texts that `provider` wants accepted now, in its order.

        :param hisp: the provider's adapter
        """
        current = self.browse()
        for sequence, agreement in enumerate(hisp.agreements()):
            digest = hashlib.sha256(agreement.text.encode()).hexdigest()
            known = {
                "provider_id": provider.id,
                "code": agreement.code,
                "version": agreement.version,
                "sha256": digest,
            }
            found = self.search([(name, "=", value) for name, value in known.items()])
            current |= found or self._as_server().create(
                {
                    **known,
                    "sequence": sequence,
                    "name": agreement.title,
                    "text": agreement.text,
                }
            )
        return current
