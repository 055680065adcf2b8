"""Where things are: the checkout and its work folder; what the addon and its Odoo are like now."""

import hashlib
import os
from pathlib import Path

ADDON = "direct_messaging"
NOTE = "direct_messaging_note"
EXAMPLE = "direct_messaging_example"
CHECKOUT = Path(__file__).resolve().parents[2]
LIB = CHECKOUT / "bin/lib"
HOME = Path(os.environ["DIRECT_MESSAGING_HOME"])
PLACE = Path(os.environ["DIRECT_MESSAGING_PLACE"])
LINKED_ADDON = PLACE / "addons" / ADDON
DATA = PLACE / "data"
LOGS = PLACE / "logs"

TESTS = ("tests", f"addons/{NOTE}/tests")
"""The folders with tests that run in Odoo."""
# Folders that Odoo does not load when it installs the addons.
NOT_INSTALLED = {"bin", "phimail_stand_in", "sandbox", "tests", "updox_stand_in"}


def linked(path):
    """Where a file of the checkout lies in the addon that Odoo knows it by."""
    return (PLACE if Path(path).parts[0] == "addons" else LINKED_ADDON) / path


def addon_digest():
    """Digest of all that the installed addons depend on: two alike give the same database."""
    digest = hashlib.sha256()
    for folder, names, files in os.walk(CHECKOUT):
        top = Path(folder) == CHECKOUT
        skip = NOT_INSTALLED if top else {"tests"}
        names[:] = sorted(n for n in names if n not in skip and n[0] != "." and n != "__pycache__")
        for name in sorted(files):
            if not top or name.endswith(".py"):
                path = Path(folder, name)
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(CHECKOUT)} {content}\n".encode())
    return digest.hexdigest()[:12]


def odoo_digest():
    """Digest of the Odoo and the Python packages in use."""
    odoo, venv = (PLACE / "python/odoo").resolve(), (PLACE / "venv").resolve()
    release = (odoo / "release.py").read_bytes()
    return hashlib.sha256(f"{odoo} {venv}".encode() + release).hexdigest()[:8]


def _key():
    """The key the addon seals its secrets under, made once."""
    path = PLACE / "key"
    if not path.exists():
        from cryptography.fernet import Fernet

        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
    return path.read_text()


# In the environment: Odoo warns at every start of an option in its file that it does not know.
os.environ["DIRECT_MESSAGING_KEY"] = _key()
