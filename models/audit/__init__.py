"""The audit trail: who did what, when, to which record; its chain of digests and its reports.

May use authentication, api and below.
"""

from . import entry, batch, recorder, binary, report, referral
