"""Entries: the coded statements of a section, each pointing at its words in the narrative.

One module for each kind. Each function gets the item, the `Ids` of its row and when the document
was written, and returns the content of one ``entry``.
"""

from .base import Ids
from .allergy import ALLERGY, DRUG_ALLERGY, allergy, no_allergies
from .coverage import coverage
from .medication import medication, no_medications
from .problem import no_problems, problem
