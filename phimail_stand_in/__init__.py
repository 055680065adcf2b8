"""A stand-in for phiMail's line protocol in tests, as public clients show it.

It runs as its own process (``python -m phimail_stand_in``) and is no source about phiMail: its
README says what is confirmed.
"""

TRUSTED_DOMAIN = "lakeview.direct.example.test"
