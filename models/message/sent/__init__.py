"""What a message that is sent goes through: outbox, repair, how long it took."""

from . import measures, outbox, resting, unconfirmed, repair, probable, resend, summary
