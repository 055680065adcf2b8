"""Prove that what a representative types as a secret is written nowhere.

The whole authentication is walked in a browser with marked values, failures included. Then every
place that could have kept one of them is searched byte by byte: the database dump (all tables,
transient ones and ir_logging too), the cluster's files and write-ahead log, the filestore, the
logs of Odoo (the addon's at debug level) and of the sandbox, and the browser's storage.
"""

import base64
import contextlib
import json
import re
import subprocess
import tempfile
from pathlib import Path

from checks.enrollment import create_domain
from place import ADDON, LOGS
from servers import databases, postgres
from servers.processes import free_port, odoo, sandbox
from servers.rpc import User, connect_provider
from walk.journey import PERSON, Walk, browser

# Marked: they occur nowhere else in an Odoo. Digits that a person may paste with dashes.
SECRETS = {
    "Social Security number": "536-22-8726",
    "card number": "4539 5787 6362 1486",
    "last name": "Quzwellyn",
    "street": "7719 Xylotrope Lane",
    "e-mail": "quzwellyn@zyxmail.example",
    "call phone": "404-555-2397",
}


class Leak(Exception):
    """A secret was found where nothing may be kept."""


def check():
    """Walk and search; raise `Leak` naming what was found where."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(databases.temporary("leak"))
        port = free_port()
        sandbox_url = stack.enter_context(sandbox(port, folder / "sandbox.sqlite"))
        # Odoo's own logger of calls writes all their arguments at this level
        loggers = (f"odoo.addons.{ADDON}:DEBUG", "odoo.service.model:DEBUG", "odoo.http:DEBUG")
        logging = [f"--log-handler={logger}" for logger in loggers] + ["--log-db", database]
        odoo_url = stack.enter_context(odoo(free_port(), database, *logging))
        secrets, storage = _authenticate(odoo_url, sandbox_url, database)
        logs = [LOGS / f"odoo-{database}.log", LOGS / f"sandbox-{port}.log"]
        files = [*logs, *folder.glob("sandbox.sqlite*")]
        searched = _search(secrets, database, files, storage)
    print(f"  {len(secrets)} secrets in {searched} places: nothing was kept")


def _authenticate(odoo_url, sandbox_url, database):
    """Fail, fail and succeed with marked values; return all secrets and the browser's storage."""
    admin = User(odoo_url, database, "admin", "admin")
    connect_provider(admin, sandbox_url, representative="representative")
    company = admin.find("res.company", [])
    create_domain(admin)
    with browser() as chromium:
        walk = Walk(chromium, odoo_url, sandbox_url, database, pictures=None)
        walk.start_authentication()
        values = {
            **PERSON,
            "last_name": "Nomatch",
            "street": SECRETS["street"],
            "email": SECRETS["e-mail"],
            "government_kind": "ssn",
            "government_number": SECRETS["Social Security number"],
            "financial_kind": "card",
            "financial_number": SECRETS["card number"],
            "call_phone": SECRETS["call phone"],
        }
        walk.fill_in(values)
        codes = [walk.take_call()]
        walk.button("Verify Identity").click()
        walk.sees("Validation Failed", within=".modal")
        # An error of the provider in the middle of it, which leaves a trace somewhere
        walk.fill_in({"last_name": SECRETS["last name"]})
        fault = {"name": "error_500", "match": {"path_prefix": "/v1/enrollments"}}
        walk.ask_sandbox("put", "faults", fault)
        walk.button("Try Again").click()
        walk.sees("couldn't be understood", within=".modal")
        walk.ask_sandbox("delete", "faults")
        walk.page.get_by_role("button", name=re.compile("Try Again|Verify Identity")).click()
        walk.sees("Your identity is verified", within=".modal")
        storage = json.dumps(
            [
                walk.page.context.storage_state(indexed_db=True),
                walk.page.evaluate("() => [{...localStorage}, {...sessionStorage}, location.href]"),
            ]
        )
    secrets = {**SECRETS, **{f"code {number}": code for number, code in enumerate(codes)}}
    authenticated = admin.find("direct.practice", [["company_id", "=", company]])
    if admin.read("direct.practice", authenticated, "authentication_state") != "authenticated":
        raise Leak("The walk did not authenticate the practice, so nothing is proved.")
    return secrets, storage


def _search(secrets, database, files, storage):
    """Search all places; return how many there were."""
    dump = subprocess.run(
        [postgres.BINARIES / "pg_dump", "-h", postgres.FOLDER, "-U", postgres.ROLE, database],
        check=True,
        capture_output=True,
    ).stdout
    places = {"the database dump": dump, "the browser's storage": storage.encode()}
    files += (databases.FILESTORE / database).rglob("*")
    files += (postgres.CLUSTER / "pg_wal").glob("0*")
    files += _tables(database)
    places |= {str(path): path.read_bytes() for path in files if path.is_file()}
    forms = {name: _forms(secret) for name, secret in secrets.items()}
    found = [
        f"{name} in {where}"
        for where, content in places.items()
        for name, written in forms.items()
        if any(form in content for form in written)
    ]
    if found:
        raise Leak("\n".join(found))
    return len(places)


def _tables(database):
    oids = dict(postgres.execute("SELECT datname, oid FROM pg_database"))
    postgres.execute("CHECKPOINT")
    return (postgres.CLUSTER / "base" / str(oids[database])).glob("*")


def _forms(secret):
    """The ways in which a secret may be written: as typed, digits only, base64."""
    plain = "".join(c for c in secret if c not in " -") if secret[0].isdigit() else secret
    typed = {secret, plain}
    return {
        form
        for text in typed
        # Six digits occur by chance in any log: a code counts only as a whole JSON or SQL value
        for form in (
            (f'"{text}"'.encode(), f"'{text}'".encode(), f"\t{text}\t".encode())
            if len(text) <= 6
            else (text.encode(), base64.b64encode(text.encode()).rstrip(b"="))
        )
    }
