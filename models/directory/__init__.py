"""Whom one can write to: contacts with a Direct address, the directory of the provider.

May use provider and below.
"""

from . import partner, provider, directory
