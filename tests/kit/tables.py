"""Tables of what tests measured, for whoever runs them to read."""

import logging

_tables = logging.getLogger("direct_messaging.tables")
_tables.setLevel(logging.INFO)
_tables.propagate = False


def show_table(title, rows):
    """Have a table printed at the end of ``bin/test``, whether the test fails or not.

    :param rows: tuples of the same length, shown in columns
    """
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    _tables.info("%s", "\n".join((title, *lines)))
