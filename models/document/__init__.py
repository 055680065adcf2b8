"""Files as people see them: what they are by their content, and how they are served.

May use core.
"""

from . import attachment, binary, sender
