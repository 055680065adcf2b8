"""What another program may ask for: methods for JSON-2, made for a caller without a window.

May use referral, inbox and below.
"""

from . import refer, incoming
