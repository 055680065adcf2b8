"""A local HISP for demonstrations, tests and integrators. Sandbox, not for patients.

It runs as its own process (``python -m sandbox``), keeps its state in one SQLite file and speaks
the API of ``docs/provider-api.md``. Nothing is encrypted and nothing leaves the machine.
"""

NAME = "Sandbox HISP"
NOTICE = "Sandbox, not for patients"
DOMAIN_SUFFIX = "direct.sandbox.test"
UNTRUSTED_SUFFIX = "direct.untrusted.test"
MAX_MESSAGE_BYTES = 10 * 1024 * 1024
CONFIRMATION_WINDOW_MINUTES = 60
DEMO_CUSTOMER = "Demo EHR"
DEMO_KEY = "sandbox-demo-key"
