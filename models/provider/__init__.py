"""Direct providers (HISPs): one file for each kind, its connection and secrets, the poll.

May use core.
"""

from . import provider, address, administered, settings, poll

# What kinds with logins share, then the kinds
from . import logins, edge, phimail, updox, copies
