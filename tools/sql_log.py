"""Odoo logs a query that failed together with its values, and the values are patients' data."""

import logging
import re

LOGGER = "odoo.sql_db"
# A quoted value of SQL; in one that begins with E a backslash may precede a quote
_QUOTED = re.compile(r"""\bE'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'""", re.DOTALL)


class WithoutValues(logging.Filter):
    """Leaves of a failed query its statement, and of the database's answer its first line.

    The further lines of the answer (DETAIL) quote the row.
    """

    def filter(self, record):
        if record.levelno >= logging.ERROR and isinstance(record.args, tuple):
            record.args = tuple(_statement(value) for value in record.args)
        return True


def _statement(value):
    if isinstance(value, Exception):
        return str(value).partition("\n")[0]
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return _QUOTED.sub("'...'", text)


def install():
    """Have Odoo's log of this process be without values."""
    logger = logging.getLogger(LOGGER)
    if not any(isinstance(known, WithoutValues) for known in logger.filters):
        logger.addFilter(WithoutValues())
