from odoo import models
from odoo.fields import Domain


class DirectPractice(models.Model):
    """Messages that wait until the practice can send."""

    _inherit = "direct.practice"

    def _on_connection_mended(self):
        self.env["direct.message"]._try_now(self)
        return super()._on_connection_mended()

    def _on_authenticated(self):
        held = Domain("practice_id", "in", self.ids) & Domain("state", "=", "held")
        self.env["direct.message"].search(held)._set_queued()
        return super()._on_authenticated()
