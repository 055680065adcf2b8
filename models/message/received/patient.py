from datetime import date

from odoo import api, fields, models

from ....tools import matching


class DirectMessage(models.Model):
    """What a message that arrived says of its patient."""

    _inherit = "direct.message"

    said_of_patient = fields.Json(
        "Patient Named in the Message",
        readonly=True,
        copy=False,
        help="The patient named in the message.",
    )

    _sent_says_nothing_of_its_patient = models.Constraint(
        "CHECK (direction = 'in' OR said_of_patient IS NULL)",
        "Only a message that arrived has to say who its patient is.",
    )

    def _said(self) -> list[matching.Person]:
        return [_from_json(person) for person in self.said_of_patient or []]

    def _claim(self) -> tuple[matching.Person, bool]:
        """Whom the message says it is about, and whether it says so without contradiction."""
        said = self._said()
        agrees = not any(matching.contradict(one, other) for one in said for other in said)
        return matching.merged(said), agrees

    def _is_contradicted(self):
        """Whether what the message says cannot be about the patient it is filed under."""
        return self._contradicts(self._said(), self.patient_id)

    @api.model
    def _contradicts(self, said, patient):
        known = patient._direct_known()
        return any(matching.contradict(person, known) for person in said)

    @api.model
    def _patient_of_answer(self, answered, said):
        """Return the patient of the message that is answered, unless the answer contradicts."""
        patient = answered.patient_id
        return patient.browse() if self._contradicts(said, patient) else patient


def as_json(said) -> list[dict]:
    """Return what a message says of its patient as it is stored.

    :param said: list of `tools.matching.Person`
    """
    return [_as_json(person) for person in said]


def _as_json(person):
    values = {name: value for name, value in vars(person).items() if value}
    if person.birth_date:
        values["birth_date"] = person.birth_date.isoformat()
    return values


def _from_json(values):
    born = values.get("birth_date")
    return matching.Person(
        **{
            **values,
            "birth_date": born and date.fromisoformat(born),
            "record_numbers": tuple(values.get("record_numbers", ())),
            "former": tuple(values.get("former", ())),
        }
    )
