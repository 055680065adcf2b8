"""What is recorded of each model, and under which name."""

from ..core.audit import Subject

CATEGORIES = {
    "note": "Clinical Note",
    "problem": "Problems",
    "medication": "Medications",
    "allergy": "Allergies",
    "demographics": "Demographics",
    "referral": "Referrals",
    "message": "Messages",
    "document": "Documents",
    "address": "Addresses and Delegates",
    "authentication": "Authentication",
    "agreement": "Agreements",
    "appointment": "Practice and Appointments",
    "settings": "Settings",
    "secret": "Secrets",
    "audit": "Audit Trail",
    "other": "Other",
}

SUBJECTS = {
    "res.partner": Subject("demographics", "id", "", "direct_birthdate direct_record_number"),
    "direct.race": Subject("demographics"),
    "direct.referral": Subject("referral", "patient_id", "author_id", "reason body"),
    "direct.referral.recipient": Subject(
        "referral", "referral_id.patient_id", "referral_id.author_id"
    ),
    "direct.referral.answer": Subject(
        "referral", "referral_id.patient_id", "referral_id.author_id"
    ),
    "direct.message": Subject("message", "patient_id", "user_id", "body"),
    "direct.message.event": Subject("message", "message_id.patient_id", "message_id.user_id"),
    "direct.feed": Subject("message"),
    "direct.original": Subject("message", "message_id.patient_id", "message_id.user_id"),
    "direct.letter": Subject("message", "patient_id", "author_id", "body"),
    "direct.resend": Subject("message", "message_id.patient_id", "message_id.user_id"),
    "direct.account": Subject("address", "", "user_id", by_server=True),
    "direct.setup": Subject("address"),
    "direct.authentication": Subject("authentication"),
    "direct.enrollment": Subject("authentication"),
    "direct.enrollment.attempt": Subject("authentication", by_server=True),
    "direct.agreement": Subject("agreement", by_server=True),
    "direct.agreement.acceptance": Subject("agreement", by_server=True),
    "direct.practice": Subject("appointment", by_server=True),
    "direct.provider": Subject("settings", by_server=True),
    "res.company": Subject("settings", by_server=True),
    "res.users": Subject("settings"),
    "direct.audit.entry": Subject("audit"),
}
OTHER = Subject("other")

ACTIONS = {
    "view": "View",
    "create": "Create",
    "change": "Change",
    "delete": "Delete",
    "print": "Print",
    "export": "Export",
    "send": "Send",
    "sign": "Sign",
    "download": "Download",
    "do": "Other Action",
}
# What was called -> what was done
CALLS = {
    "create": "create",
    "write": "change",
    "unlink": "delete",
    "read": "view",
    "inbox_read": "view",
    "inbox_entries": "view",
    "export": "export",
    "print": "print",
    "download": "download",
    "accepted": "send",
    "direct_fetch": "view",
    "direct_refer": "send",
}
# What the server notes for itself
NOTES = frozenset(
    {"version", "event_cursor", "check_ok", "check_result", "checked_at", "domain_suffix"}
)
# What opens windows and looks things up. Only its refusals are recorded.
QUIET = frozenset(
    {
        *("action_open", "action_open_window", "action_open_note", "action_my_address"),
        *("action_continue", "action_show_domain", "action_direct_messages", "action_send_by"),
        *("inbox_counts", "search_recipients", "direct_delivery", "direct_referral_channels"),
        *("action_send_referral", "step", "direct_incoming", "direct_state"),
    }
)


def action_of(called) -> str:
    """Return what was done: *action_send_again* is *send*; what is unknown is *do*."""
    word = called.removeprefix("action_").partition("_")[0]
    return CALLS.get(called) or (word if called.startswith("action_") and word in ACTIONS else "do")


def subject_of(model) -> Subject:
    """Return how a model stands in the trail."""
    return SUBJECTS.get(model._name) or getattr(model, "_audited", OTHER)
