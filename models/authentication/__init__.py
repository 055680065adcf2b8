"""Proving who represents the practice: agreements, enrollment, attempts.

May use practice and below.
"""

from . import (
    agreement,
    acceptance,
    enrollment,
    provider,
    practice,
    proofing_notice,
    setup,
    attempt,
    authentication,
    draft,
)
