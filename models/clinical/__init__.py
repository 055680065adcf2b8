"""What a note of any addon has to offer to be referred.

May use patient, document and below.
"""

from . import mixin, statements
