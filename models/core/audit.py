from typing import NamedTuple

from odoo import api, models


class Subject(NamedTuple):
    """How a model stands in the trail.

    :param category: one of `models/audit/subjects.py`
    :param patient: path to the patient; empty: about none
    :param owner: path to the user for whom others act on it
    :param contents: fields whose reading counts as seeing it, with spaces between
    :param by_server: whether what methods of ours change in superuser mode is recorded too
    """

    category: str
    patient: str = ""
    owner: str = ""
    contents: str = ""
    by_server: bool = False


class DirectAudit(models.AbstractModel):
    """What the audit trail is told. The trail itself is a wing above and extends these methods."""

    _name = "direct.audit"
    _description = "What the Audit Trail Is Told"

    @api.model
    def _record(self, action, records, names=(), refused=None):
        """Tell that something was done to `records`, or was refused, by the user of `records`.

        :param str action: ``create``, ``write``, ``unlink``, ``read``, ``export``, ``print``,
            ``download``, or the name of a public method
        :param names: fields that were written or read; never their values
        :param refused: the exception that refused it
        """
