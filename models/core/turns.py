"""Transactions that change the same take turns."""

from odoo.tools import SQL


def take_turns(records):
    """Have transactions that change what belongs to these records take turns.

    Each sees the database as it was when it began, and would miss what another changes meanwhile.
    With this the later one waits, fails to serialize, and is done again by Odoo: a line that is
    added while its note is signed, a second draft that is begun, finds what the first one did.
    """
    if records._ids and records._log_access:
        query = SQL(
            "UPDATE %s SET write_date = write_date WHERE id IN %s",
            SQL.identifier(records._table),
            records._ids,
        )
        records.env.cr.execute(query, log_exceptions=False)
