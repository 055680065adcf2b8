import json
from datetime import timedelta

from odoo import api, fields, models

from ...exceptions import ChangedElsewhere

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
    version = fields.Integer(required=True)

    _enrollment_unique = models.Constraint(
        "UNIQUE (enrollment_id)", "This form already has a draft."
    )

    @api.model
    def _keep(self, enrollment, values: dict, version: int) -> int:
        """Keep `values`, the whole form's, in place of what was kept before.

        :param version: what the window began with: 0 when nothing was kept
        :return: the version that is kept now
        :raise ChangedElsewhere: another window has kept something since
        """
        draft = self.sudo().search([("enrollment_id", "=", enrollment.id)])
        if draft and draft.version != version:
            raise ChangedElsewhere(self.env._("This form was changed in another window."))
        kept = {
            "sealed": self.env["direct.secrets"]._seal(json.dumps(values)),
            "version": version + 1,
        }
        if draft:
            draft.write(kept)
        else:
            self._as_server().create({"enrollment_id": enrollment.id, **kept})
        return version + 1

    @api.model
    def _recall(self, enrollment) -> tuple[dict, int]:
        """Return what was kept for `enrollment`, and its version."""
        draft = self.sudo().search([("enrollment_id", "=", enrollment.id)])
        if not draft:
            return {}, 0
        return json.loads(self.env["direct.secrets"]._unseal(draft.sealed)), draft.version

    @api.model
    def _forget(self, enrollments):
        self.sudo().search([("enrollment_id", "in", enrollments.ids)]).unlink()

    @api.model
    def _forget_old(self):
        """Cron: nothing is kept for longer than an hour after it was last typed."""
        before = fields.Datetime.now() - KEPT_FOR
        self.sudo().search([("write_date", "<", before)]).unlink()
