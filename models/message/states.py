"""How urgent a message is; its states, how they follow from one another, and how they are shown."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

URGENCIES = [("routine", "Routine"), ("urgent", "Urgent"), ("stat", "Emergency (STAT)")]

# From which states each state may be reached. Nothing leaves *delivered*.
SOURCES = {
    "queued": ("draft", "held", "sending"),
    "held": ("draft", "sending"),
    "sending": ("queued",),
    "accepted": ("queued", "sending", "uncertain"),
    "delivered": ("queued", "sending", "accepted", "uncertain", "unconfirmed"),
    "failed": ("queued", "sending", "accepted", "uncertain", "unconfirmed"),
    "uncertain": ("sending",),
    "unconfirmed": ("queued", "sending", "accepted", "uncertain"),
    "cancelled": ("draft", "queued", "held"),
}

# From here on a person has to do something
ATTENTION = ("failed", "uncertain", "unconfirmed")

# How a state is shown: (tone, sentence). The label is the selection's own.
APPEARANCE = {
    "draft": ("muted", _lt("Not sent yet.")),
    "held": (
        "warning",
        _lt("On hold until the practice is authenticated. It will then be sent automatically."),
    ),
    "queued": ("info", _lt("Waiting to be sent to the Direct provider.")),
    "sending": ("info", _lt("Being sent to the Direct provider.")),
    "accepted": ("info", _lt("Accepted by the Direct provider. Delivery isn't confirmed yet.")),
    "delivered": ("success", _lt("Delivered to the recipient.")),
    "failed": ("danger", _lt("The message wasn't delivered.")),
    "uncertain": ("warning", _lt("We don't know whether the Direct provider received it.")),
    "unconfirmed": (
        "warning",
        _lt("No delivery confirmation arrived in time. The message may not have been delivered."),
    ),
    "cancelled": ("muted", _lt("Cancelled before it was sent.")),
    "received": ("info", _lt("An answer arrived. Open it in the inbox.")),
}
EVENT_LABELS = {
    "queued": _lt("Queued"),
    "held": _lt("Held: practice not authenticated"),
    "sending": _lt("Sent to the Direct provider"),
    "retry": _lt("Temporarily refused, will be retried"),
    "asking": _lt("Checking whether the Direct provider has the message"),
    "accepted": _lt("Accepted by the Direct provider"),
    "processed": _lt("Processed by the recipient's Direct provider"),
    "dispatched": _lt("Delivered"),
    "displayed": _lt("Opened by the recipient"),
    "failed": _lt("Failed"),
    "denied": _lt("Refused by the recipient"),
    "deleted": _lt("Deleted without being read"),
    "expired": _lt("No longer being tried. It may have arrived"),
    "delayed": _lt("Delayed, delivery still being attempted"),
    "relayed": _lt("Passed to a system that doesn't confirm delivery"),
    "uncertain": _lt("Uncertain"),
    "unconfirmed": _lt("Not confirmed in time"),
    "cancelled": _lt("Cancelled"),
    "received": _lt("Received"),
    "automatic_reply": _lt("Automatic reply"),
    "notice": _lt("Delivery notice"),
    "report_used": _lt("A delivery notice was matched by hand"),
    "read_again": _lt("Read again from the original"),
    "filed": _lt("Filed under a patient"),
    "unfiled": _lt("Removed from a patient"),
    "assigned": _lt("Assigned to an address"),
    "reply": _lt("Answered"),
    "forward": _lt("Forwarded"),
    "imported": _lt("Added to a note"),
    "forwarded": _lt("Forwarded to the substitute"),
    "resent": _lt("Sent again"),
    "other_channel": _lt("Sent another way"),
    "another_way": _lt("Sent another way"),
}
