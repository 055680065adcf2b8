"""The practice at its provider: its domain, the addresses of its people, who stands in for whom.

May use directory and below.
"""

from . import (
    practice,
    freeze,
    account,
    delegation,
    owned,
    users,
    provider,
    settings,
    setup,
)
