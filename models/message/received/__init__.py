"""How what arrives becomes a record: the feed, its originals, and taking them over."""

from . import patient, original, feed, take_over, read_again
