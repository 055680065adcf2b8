"""What a note has to offer to be referred, and the built-in note.

May use patient, document and below.
"""

from . import (
    mixin,
    entry,
    note,
    problem,
    medication,
    allergy,
)
