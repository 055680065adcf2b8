"""Who refers which patient to whom, why, and what became of it.

May use clinical, message, inbox and below.
"""

from . import (
    referral,
    note,
    delegation,
    loop,
    ccda,
    recipient,
    message,
    answer,
    settings,
    setup,
)
