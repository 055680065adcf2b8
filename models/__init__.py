# From the ground floor up: a wing extends models of those above it in this list
from . import (
    core,
    provider,
    directory,
    practice,
    authentication,
    document,
    patient,
    clinical,
    message,
    inbox,
    referral,
    operation,
    api,
    audit,
)
