"""A stand-in for Updox's partner API in tests, with the shapes that are publicly documented.

It runs as its own process (``python -m updox_stand_in``), keeps everything in memory, and is no
source about Updox: its README says what is confirmed.
"""

DIRECT_ROOT = "direct.updox.test"
TRUSTED_DOMAIN = "lakeview.direct.example.test"
