"""Where things are: the checkout, its work folder, and the configuration Odoo is given."""

import hashlib
import os
from pathlib import Path

ADDON = "direct_messaging"
EXAMPLE = "direct_messaging_example"
CHECKOUT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ["DIRECT_MESSAGING_HOME"])
PLACE = Path(os.environ["DIRECT_MESSAGING_PLACE"])
LINKED_ADDON = PLACE / "addons" / ADDON
DATA = PLACE / "data"
LOGS = PLACE / "logs"

# Folders of the checkout that Odoo does not load when it installs the addon.
NOT_INSTALLED = {"bin", "sandbox", "tests", "updox_stand_in"}


def addon_digest():
    """Digest of all that an installed addon depends on: two alike give the same database."""
    digest = hashlib.sha256()
    for folder, names, files in os.walk(CHECKOUT):
        top = Path(folder) == CHECKOUT
        skip = NOT_INSTALLED if top else {"tests"} if Path(folder) == CHECKOUT / "static" else set()
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


def odoo_config():
    """Write the configuration file of this checkout's Odoo; return its path."""
    import postgres

    options = {
        "addons_path": PLACE / "addons",
        "data_dir": DATA,
        "db_host": postgres.FOLDER,
        "db_user": postgres.ROLE,
        "http_interface": "127.0.0.1",
        "list_db": False,
        "max_cron_threads": 1,
        "workers": 0,
    }
    path = PLACE / "odoo.conf"
    part = PLACE / f"odoo.conf.{os.getpid()}"
    with open(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write("[options]\n" + "".join(f"{key} = {value}\n" for key, value in options.items()))
    part.replace(path)
    return path
