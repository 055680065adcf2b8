"""Odoo's configuration, and its commands run to their end."""

import os
import subprocess
import sys

from place import DATA, LOGS, PLACE
from servers.log import faults
from servers.postgres import FOLDER, ROLE


class OdooFailed(Exception):
    """An Odoo command failed, or its log shows that it should have."""


def run_odoo(title, *arguments, script=""):
    """Run an Odoo command to its end; raise when it fails or logs a fault of the addon."""
    LOGS.mkdir(exist_ok=True)
    log = LOGS / f"{title}.log"
    with open(log, "w") as file:
        status = subprocess.run(
            [sys.executable, "-m", "odoo", *arguments],
            input=script.encode(),
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=PLACE,
            check=False,
        ).returncode
    text = log.read_text()
    found = faults(text)
    if status or found:
        reason = "\n".join(found) or "\n".join(text.splitlines()[-15:])
        raise OdooFailed(f"{title} failed (exit status {status}), see {log}\n{reason}")


def server_arguments(database):
    return "-c", odoo_config(), "-d", database


def odoo_config():
    """Write the configuration file of this checkout's Odoo; return its path."""
    options = {
        "addons_path": PLACE / "addons",
        "data_dir": DATA,
        "db_host": FOLDER,
        "db_user": ROLE,
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
