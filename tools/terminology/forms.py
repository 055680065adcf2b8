"""Codes of medical terminologies: the form of each. Whether a code exists is not checked."""

import re

from stdnum import luhn, verhoeff

from ..ccda.base import CVX, ICD10_CM, LOINC, RXNORM, SNOMED_CT

# ICD-10-CM Official Guidelines, I.A.2: 3 to 7 characters, a dot after the third. The second is a
# digit but in chapters that have used them up (QA0)
_ICD10_CM = re.compile(r"[A-Z][0-9A][0-9AB](?:\.[0-9A-Z]{1,4})?")
# SNOMED CT Release File Specifications, 6: 6 to 18 digits; the last is a check digit, and the two
# before it say that it identifies a concept
_SNOMED_CT = re.compile(r"[1-9][0-9]{2,14}[01]0[0-9]")
# RxNorm Technical Documentation: a number, up to 8 characters
_RXNORM = re.compile(r"[1-9][0-9]{0,7}")
# LOINC Users' Guide: a number, and a check digit (Luhn) after a hyphen
_LOINC = re.compile(r"[1-9][0-9]{0,6}-[0-9]")
# CDC, "CVX": a number of two or three digits
_CVX = re.compile(r"[0-9]{2,3}")


def code_problem(system: str, code: str) -> str | None:
    """Say what is wrong with the form of `code` of the terminology `system`, or None."""
    if system == ICD10_CM and not _ICD10_CM.fullmatch(code):
        return f"“{code}” isn't an ICD-10-CM code. Example: I10 or E11.9."
    if system == SNOMED_CT and not (_SNOMED_CT.fullmatch(code) and verhoeff.is_valid(code)):
        return f"“{code}” isn't a SNOMED CT concept. Check the digits. Example: 38341003."
    if system == RXNORM and not _RXNORM.fullmatch(code):
        return f"“{code}” isn't an RxNorm code. Example: 314076."
    if system == LOINC and not (_LOINC.fullmatch(code) and luhn.is_valid(code.replace("-", ""))):
        return f"“{code}” isn't a LOINC code. Check the digits. Example: 4548-4."
    if system == CVX and not _CVX.fullmatch(code):
        return f"“{code}” isn't a CVX code. Example: 141."
    return None
