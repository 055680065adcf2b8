"""What a window shows instead of doing what was asked: told where it can be mended.

The web client shows these in the window itself (`static/src/kept_form/`), not in a dialog over it.
"""

from odoo.exceptions import UserError


class Problems(UserError):
    """All that is missing or wrong, at once, each at the field where it can be mended."""

    def __init__(self, problems):
        """Take ``(field, sentence)`` pairs; the field is None for what belongs to none."""
        super().__init__("\n".join(sentence for _field, sentence in problems))
        self.context = {
            "code": "incomplete",
            "problems": [{"field": field or "", "text": sentence} for field, sentence in problems],
        }


class ChangedElsewhere(UserError):
    """The window does not show what is stored: it was changed in another window meanwhile."""


class ApiProblem(UserError):
    """What a program gets that calls the API: a code for it, and a sentence for people.

    :param code: a key of `HTTP_STATUS`
    :param field: the argument that it is about
    """

    HTTP_STATUS = {
        "invalid": 422,
        "not_signed": 422,
        "no_patient": 422,
        "no_address": 422,
        "not_found": 404,
        "conflict": 409,
        "too_late": 409,
    }

    def __init__(self, code, sentence, field=""):
        super().__init__(sentence)
        self.http_status = self.HTTP_STATUS[code]
        self.context = {"code": code, "field": field}
