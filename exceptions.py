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
            "problems": [{"field": field or "", "text": sentence} for field, sentence in problems]
        }


class ChangedElsewhere(UserError):
    """The window does not show what is stored: it was changed in another window meanwhile."""
