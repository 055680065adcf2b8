"""Proving who represents the practice: agreements, enrollment, attempts.

May use practice and below.
"""

from . import (
    agreement,
    acceptance,
    enrollment,
    hosted_page,
    window,
    provider,
    practice,
    proofing_notice,
    setup,
    attempt,
    authentication,
    draft,
)
