"""What every wing stands on: abstract models for sealed secrets, chatter that says nothing, times.

Uses no other wing.
"""

from . import secrets, thread, measured
