from odoo import models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..core.groups import MANAGER


class DirectAudit(models.AbstractModel):
    """Reports of the trail."""

    _inherit = "direct.audit"

    def _report_about(self, title, records_by_model):
        """Open the lines about some records.

        :param records_by_model: lists of records of any models
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only administrators can see the audit trail."))
        domain = Domain.OR(
            Domain("model", "=", records._name) & Domain("res_id", "in", records.ids)
            for records in records_by_model
            if records
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "direct.audit.entry",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
        }
