"""Who refers which patient to whom, why, and what became of it.

May use clinical, message, inbox and below.
"""

from . import (
    referral,
    delegation,
    loop,
    ccda,
    recipient,
    message,
    answer,
)
