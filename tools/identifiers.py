"""Identifiers of people in health care."""

import re

from stdnum import luhn


def npi_problem(npi: str) -> str | None:
    """Say what is wrong with a National Provider Identifier, or None.

    Ten digits, the first 1 or 2, with a Luhn check digit over 80840 + number
    (CMS, "Requirements for NPI and NPI Check Digit").
    """
    if not re.fullmatch(r"[0-9]{10}", npi):
        return "An NPI has 10 digits."
    if npi[0] not in "12" or not luhn.is_valid("80840" + npi):
        return "This isn't a valid NPI. Check the digits."
    return None
