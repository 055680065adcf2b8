"""What can be asked of any record."""

from odoo.exceptions import LockError, UserError
from odoo.fields import Domain


def lock(record):
    """Lock `record` for this transaction, or tell the user that somebody else is at it."""
    try:
        record.lock_for_update(allow_referencing=True)
    except LockError:
        raise UserError(
            record.env._("This is already in progress. Please wait a moment and try again.")
        ) from None


def reference(record) -> str:
    """Name a record of this database for the outside, the same whenever it is asked."""
    database = record.env["ir.config_parameter"].sudo().get_param("database.uuid")
    return f"{database}/{record._name}/{record.id}"


def of_company(company) -> Domain:
    """Return which records of a model `company` may use: its own, and those that all share."""
    return Domain("company_id", "in", [company.id, False])
