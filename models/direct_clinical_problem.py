import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Form of a code (ICD-10-CM Official Guidelines, I.A.2): 3 to 7 characters, a dot after the third
ICD10_CM = re.compile(r"[A-TV-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?")


class DirectClinicalProblem(models.Model):
    """A problem or diagnosis, with its ICD-10-CM code where the clinician gave one."""

    _name = "direct.clinical.problem"
    _inherit = "direct.clinical.entry"
    _description = "Problem"

    name = fields.Char("Problem")
    icd10_code = fields.Char("ICD-10-CM", help="Such as I10 or E11.9.")
    onset_date = fields.Date()

    @api.constrains("icd10_code")
    def _check_icd10_code(self):
        for problem in self.filtered("icd10_code"):
            if not ICD10_CM.fullmatch(problem.icd10_code):
                raise ValidationError(
                    self.env._(
                        "“%s” is not the form of an ICD-10-CM code, such as I10 or E11.9.",
                        problem.icd10_code,
                    )
                )
