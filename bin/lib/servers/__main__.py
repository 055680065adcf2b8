"""bin/serve: Odoo with the demo data, and the sandbox, until Ctrl-C."""

import argparse
import contextlib
import signal
import sys

from place import LOGS, PLACE, addon_digest
from servers import databases, postgres
from servers.odoo_command import OdooFailed
from servers.processes import odoo, phimail, port_from, sandbox, stop_on_signals
from servers.rpc import User, connect_provider

WELCOME = """
Odoo      {odoo}/odoo
          admin, clinician, representative, outsider: the password is the login
Sandbox   {sandbox}
          the other practices; not for patients
Logs      {logs}

Ctrl-C stops both.
"""
PHIMAIL = """
phiMail   Server localhost, Port {port}; Certificate Authority: the text of
          {authority}
          Login and password {login}; recipients: anybody at {trusted}
"""
PHIMAIL_LOGIN = "dr.jane@willow.direct.example.test"


def prepare(database):
    """Have the demo database hold the addon as its files are now."""
    stamp = PLACE / "demo.digest"
    digest = addon_digest()
    if database not in databases.names(database):
        databases.create(database)
    elif not stamp.exists() or stamp.read_text() != digest:
        print("The addon changed: upgrading the demo database", flush=True)
        databases.upgrade(database)
    stamp.write_text(digest)


def main():
    parser = argparse.ArgumentParser(prog="bin/serve")
    parser.add_argument(
        "--phimail", action="store_true", help="also a stand-in for phiMail, to connect in Settings"
    )
    options = parser.parse_args()
    stop_on_signals()
    odoo_port = port_from("ODOO_PORT", "8069")
    sandbox_port = port_from("SANDBOX_PORT", "8090")
    database = "direct_demo"
    with contextlib.ExitStack() as stack:
        stack.enter_context(postgres.running())
        prepare(database)
        sandbox_url = stack.enter_context(sandbox(sandbox_port, PLACE / "sandbox.sqlite"))
        odoo_url = stack.enter_context(odoo(odoo_port, database))
        admin = User(odoo_url, database, "admin", "admin")
        connect_provider(admin, sandbox_url, representative="representative")
        print(WELCOME.format(odoo=odoo_url, sandbox=sandbox_url, logs=LOGS), flush=True)
        if options.phimail:
            told = stack.enter_context(phimail(PLACE / "phimail", PHIMAIL_LOGIN))
            print(PHIMAIL.format(**told, login=PHIMAIL_LOGIN), flush=True)
        signal.pause()


try:
    main()
except OdooFailed as failure:
    sys.exit(str(failure))
except KeyboardInterrupt:
    print("\nStopped.")
