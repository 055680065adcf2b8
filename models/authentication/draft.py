import json
from datetime import timedelta

from odoo import api, fields, models

KEPT_FOR = timedelta(hours=1)


class DirectEnrollmentDraft(models.TransientModel):
    """The non-secret part of a half-filled enrollment form: for the same person, for an hour.

    It is personal data all the same, so it lies here sealed. Numbers, answers and codes never
    come here: `direct.enrollment` leaves them out.
    """

    _name = "direct.enrollment.draft"
    _inherit = "direct.guarded"
    _description = "Enrollment Form Draft"

    enrollment_id = fields.Many2one("direct.enrollment", required=True, ondelete="cascade")
    sealed = fields.Char(required=True, groups=fields.NO_ACCESS)

    _enrollment_unique = models.Constraint(
        "UNIQUE (enrollment_id)", "This form already has a draft."
    )

    @api.model
    def _keep(self, enrollment, values: dict):
        """Keep `values`, the whole form's, in place of what was kept before."""
        sealed = self.env["direct.provider"]._seal(json.dumps(values))
        draft = self.sudo().search([("enrollment_id", "=", enrollment.id)])
        if draft:
            draft.sealed = sealed
        else:
            self._as_server().create({"enrollment_id": enrollment.id, "sealed": sealed})

    @api.model
    def _recall(self, enrollment) -> dict:
        """Return what was kept for `enrollment`."""
        draft = self.sudo().search([("enrollment_id", "=", enrollment.id)])
        return json.loads(self.env["direct.provider"]._open(draft.sealed)) if draft else {}

    @api.model
    def _forget(self, enrollments):
        self.sudo().search([("enrollment_id", "in", enrollments.ids)]).unlink()

    @api.model
    def _forget_old(self):
        """Cron: nothing is kept for longer than an hour after it was last typed."""
        before = fields.Datetime.now() - KEPT_FOR
        self.sudo().search([("write_date", "<", before)]).unlink()
