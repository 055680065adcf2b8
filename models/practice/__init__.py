"""The practice at its provider: its domain, the addresses of its people, who stands in for whom.

May use provider and below.
"""

from . import (
    practice,
    account,
    delegation,
    company,
    setup,
)
