"""What every wing stands on: abstract models for sealed secrets, chatter that says nothing, times,
and drafts with versions.

Uses no other wing.
"""

from . import secrets, thread, measured, draft
