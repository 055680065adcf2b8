"""Terminologies: the form of their codes, and codes found by what they are called.

`search.find(system, text)` looks in ICD-10-CM, CVX and the short tables. SNOMED CT, RxNorm and
LOINC need a license or a service: of them only the form is checked.
"""

from .forms import code_problem
