"""What every wing stands on: what is written from outside, sealed secrets, chatter, numbers, times,
and drafts with versions.

Uses no other wing.
"""

from . import server, audit, rate, guarded, numbered, secrets, thread, measured, draft
