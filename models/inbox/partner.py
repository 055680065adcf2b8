from odoo import fields, models

from ..core.groups import USER
from ..core.guarded import decides


class ResPartner(models.Model):
    """The messages that are filed under a patient."""

    _inherit = "res.partner"

    direct_received_count = fields.Integer(
        "Direct Messages", compute="_compute_direct_received_count", groups=USER
    )

    def _compute_direct_received_count(self):
        counts = dict(
            self.env["direct.message"]._read_group(
                [("patient_id", "in", self.ids), ("direction", "=", "in")],
                ["patient_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.direct_received_count = counts.get(partner._origin, 0)

    @decides()
    def action_direct_messages(self):
        """Show the messages filed under this patient."""
        self.ensure_one()
        self.check_access("read")
        self.env["direct.message"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("direct_messaging.inbox_action")
        return {
            **action,
            "domain": [("direction", "=", "in"), ("patient_id", "=", self.id)],
            "context": {},
        }
