"""What administrators and managers look at: settings, dashboard.

May use all other wings.
"""

from . import dashboard, scheduled_action
