"""Proving who represents the practice: agreements, enrollment, attempts.

May use practice and below.
"""

from . import (
    agreement,
    acceptance,
    enrollment,
    attempt,
    authentication,
    draft,
)
