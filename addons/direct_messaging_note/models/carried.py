from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.direct_messaging.exceptions import Problems
from odoo.addons.direct_messaging.models.core.guarded import Writable

# The lists that are the patient's, not the visit's
OF_PATIENT = ("problem_ids", "medication_ids", "allergy_ids")


class DirectClinicalNote(models.Model):
    """The patient's lists go on from note to note: reviewed, not typed again."""

    # One idea a file
    _inherit = "direct.clinical.note"  # pylint: disable=consider-merging-classes-inherited

    _writable = (Writable("carried_from_id is_reviewed"),)

    carried_from_id = fields.Many2one(
        "direct.clinical.note",
        "Lists From",
        copy=False,
        index="btree_not_null",
        help="The note that problems, medications and allergies were taken from.",
    )
    is_reviewed = fields.Boolean(
        "Reviewed With the Patient",
        copy=False,
        help="Problems, medications and allergies are right as they stand now.",
    )

    @api.constrains("carried_from_id", "patient_id", "company_id")
    def _check_carried_from(self):
        for note in self:
            source_sudo = note.sudo().carried_from_id
            if not source_sudo:
                continue
            if (source_sudo.patient_id, source_sudo.company_id) != (
                note.patient_id,
                note.company_id,
            ):
                raise ValidationError(
                    self.env._(
                        "The lists come from a note about another patient. Remove them, then "
                        "choose the patient again."
                    )
                )

    @api.onchange("patient_id")
    def _onchange_patient_id(self):
        """Take over the lists of the patient's last signed note, where nothing is written yet."""
        if self.state != "draft" or self.amends_id:
            return
        if self.carried_from_id:
            # Those of another patient
            self.update({"carried_from_id": False, "is_reviewed": False})
            for lines in OF_PATIENT:
                self[lines] = [fields.Command.clear()]
        last = self._last_of_patient()
        if not last or any(self[lines] for lines in OF_PATIENT):
            return
        self.carried_from_id = last
        for lines in OF_PATIENT:
            kept = last[lines].filtered(lambda line: line.status != "completed")
            self[lines] = [fields.Command.create(line._carried()) for line in kept]

    def _last_of_patient(self):
        return self.search(
            [
                ("patient_id", "=", self.patient_id.id),
                ("state", "=", "signed"),
                ("company_id", "=", self.company_id.id),
            ],
            order="date desc, id desc",
            limit=1,
        )

    def _check_reviewed(self):
        for note in self:
            if note.carried_from_id and not note.is_reviewed:
                raise Problems(
                    [
                        (
                            "is_reviewed",
                            self.env._(
                                "Problems, medications and allergies come from an earlier note. "
                                "Review them with the patient, then select this box."
                            ),
                        )
                    ]
                )
