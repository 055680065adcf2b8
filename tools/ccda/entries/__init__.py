"""Entries: the coded statements of a section, each pointing at its words in the narrative.

One module for each kind. Each function gets the item, the `Ids` of its row and when the document
was written, and returns the content of one ``entry``.
"""

from .base import Ids, by
from .allergy import ALLERGY, DRUG_ALLERGY, allergy, no_allergies
from .care import care_team_member, goal, health_concern
from .coverage import coverage
from .immunization import immunization
from .medication import medication, no_medications
from .problem import no_problems, problem
from .procedure import procedure
from .request import PRIORITIES, request
from .result import result
from .social import social
from .visit import visit
from .vitals import vital_signs
