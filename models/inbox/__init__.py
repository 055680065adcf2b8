"""A team's work on what arrived: the reading pane, Add to a Note.

May use message, clinical and below.
"""

from . import handling, filing, account, partner, pane, add_to_note
