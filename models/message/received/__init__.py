"""How a message that arrives becomes a record: take over, or stuck."""

from . import patient, take_over, stuck
