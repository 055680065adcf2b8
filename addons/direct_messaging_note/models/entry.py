from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import LazyTranslate

from odoo.addons.direct_messaging.models.core.audit import Subject
from odoo.addons.direct_messaging.models.core.guarded import Writable, decides
from odoo.addons.direct_messaging.models.core.records import reference
from odoo.addons.direct_messaging.tools import ccda, terminology
from odoo.addons.direct_messaging.tools.terminology import search

_lt = LazyTranslate(__name__)


class DirectClinicalEntry(models.AbstractModel):
    """A line of a clinical note. It can change only as long as its note can."""

    _name = "direct.clinical.entry"
    _inherit = "direct.guarded"
    _description = "Line of a Clinical Note"
    _order = "sequence, id"

    _writable = (Writable("sequence"), Writable("note_id", once=True))
    _audited = Subject("note", "note_id.patient_id", "note_id.author_id")
    _drafts = ("draft",)
    _state = "note_id.state"
    _final = _lt("A signed note can't be changed or deleted. Write an amendment instead.")
    _server_changes = ""

    note_id = fields.Many2one("direct.clinical.note", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    source = fields.Char(readonly=True, help="The other practice's document that this came from.")

    # Fields with a code -> its terminology. Each line has those that fit.
    _codes = {}

    @api.constrains(lambda self: list(self._codes))
    def _check_codes(self):
        for entry in self:
            for name, system in self._codes.items():
                if problem := entry[name] and terminology.code_problem(system, entry[name]):
                    raise ValidationError(problem)

    @api.model
    @decides()
    def search_codes(self, field, text):
        """Find codes by what they are called, for the field of a code.

        :param field: one of those with a terminology
        :return: list of ``{"code", "name"}``, best first; empty when there is nothing to search in
        """
        self.check_access("read")
        system = self._codes.get(field)
        found = search.find(system, str(text or "")) if system else []
        return [{"code": code, "name": name} for code, name in found]

    def _carried(self) -> dict:
        """Return what the next note of the patient says of the same thing."""
        [values] = self.copy_data()
        return {name: value for name, value in values.items() if name != "note_id"}

    @api.model
    def _values_of(self, entry) -> dict:
        """Return what `entry`, of another practice's document, says beside its name."""
        raise NotImplementedError

    @api.model
    def _code_of(self, entry, system):
        """Return the first code of `system` that an entry has and that is valid, or False."""
        codes = (code.code for code in entry.codes if code.system == system)
        return next((code for code in codes if not terminology.code_problem(system, code)), False)

    def _ccda_codes(self) -> tuple[ccda.Code, ...]:
        return tuple(
            ccda.Code(self[name], system) for name, system in self._codes.items() if self[name]
        )

    def _ccda_id(self) -> ccda.Identifier:
        return ccda.stable_id(reference(self))
