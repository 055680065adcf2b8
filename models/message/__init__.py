"""One Direct message, out or in: outbox, repair, what arrives, notices, letters.

May use practice, document, patient and below.
"""

from . import (
    message,
    draft,
    appearance,
    thread,
    event,
    provider,
    practice,
    partner,
    delegation,
    sent,
    received,
    letter,
)
