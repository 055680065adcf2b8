"""Direct providers (HISPs): one file for each kind, its connection and secrets, the poll.

May use core.
"""

from . import provider, company, settings, poll, edge, updox
