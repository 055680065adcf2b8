"""Who is this patient: identity, search, matching.

May use core.
"""

from . import race, partner, person, matching
