"""Direct providers (HISPs): one file for each kind, its connection and secrets.

May use core.
"""

from . import provider, edge, updox
