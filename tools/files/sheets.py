"""The cells of a workbook, as text."""

import io
from collections.abc import Iterator
from datetime import date, datetime

from . import optional
from .archive import DAMAGED
from .budget import Unopened
from .kinds import Kind

ROWS, COLUMNS = 2000, 60


def sheets(kind: Kind, content: bytes) -> Iterator[tuple[str, list[list[str]], bool]]:
    """Yield of each sheet its name, its rows, and whether it has more than are shown.

    :raises Unopened: if it is damaged, or nothing on this machine reads it
    """
    read = _old if kind is Kind.EXCEL_97 else _new
    try:
        for name, rows in read(content):
            kept = []
            for row in rows:
                if len(kept) == ROWS:
                    break
                kept.append([_written(value) for value in row[:COLUMNS]])
            while kept and not any(kept[-1]):
                kept.pop()
            yield name, kept, len(kept) == ROWS
    except Unopened:
        raise
    except Exception as error:  # the libraries raise all sorts of things
        raise Unopened(DAMAGED) from error


def _new(content):
    openpyxl = optional.load("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            yield sheet.title, sheet.iter_rows(values_only=True)


def _old(content):
    xlrd = optional.load("xlrd")
    book = xlrd.open_workbook(file_contents=content, on_demand=True, logfile=io.StringIO())

    def value(cell):
        if cell.ctype == xlrd.XL_CELL_DATE:
            return xlrd.xldate.xldate_as_datetime(cell.value, book.datemode)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        return None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value

    for name in book.sheet_names():
        sheet = book.sheet_by_name(name)
        if not sheet.visibility:
            yield name, ([value(cell) for cell in row] for row in sheet.get_rows())


def _written(value):
    """Return a value as a workbook shows it, without its format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        is_day = not (value.hour or value.minute or value.second)
        return str(value.date()) if is_day else f"{value:%Y-%m-%d %H:%M}"
    return str(value) if not isinstance(value, date) else value.isoformat()
