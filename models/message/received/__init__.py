"""How a message that arrives becomes a record: take over, or stuck."""

from . import take_over, stuck
