"""Prove that a copy of a database does not speak while the original runs.

A message waits to be sent, and another one to be fetched. The database is dumped and restored
beside the original, for the same server with the same key. The copy runs first, and nothing happens
at the provider; then the original does, and all of it happens once.
"""

import subprocess
import sys
import uuid

from place import CHECKOUT, PLACE
from servers import databases
from servers.odoo_command import run_odoo, server_arguments
from servers.postgres import BINARIES, OWN, ROLE, execute

sys.path.append(str(CHECKOUT))
from sandbox.testing import running

PREPARE = """
provider = env.ref("direct_messaging.provider_sandbox")
provider.write({{"base_url": "{url}", "private_network": True}})
provider.write({{"api_key": "{key}", "state": "test"}})
env.company.direct_provider_id = provider
practice = env["direct.practice"]._create_domain(env.company, "{label}")
user = env.ref("base.user_admin")
env["direct.account"]._create_address(user, practice, "original")
note = env["direct.clinical.note"].with_user(user).create(
    {{"patient_id": env.ref("direct_messaging.patient_maria").id, "plan": "Refer."}})
note.action_sign()
referral = env["direct.referral"].with_user(user)._begin(note)
to = "maya.chen@lakeview-cardiology.direct.sandbox.test"
referral.add_recipient({{"address": to, "name": "Maya Chen"}})
referral.reason = "Please see."
practice._set_authenticated()
referral.action_send_message()
env.cr.commit()
"""
# Whatever the copy logs: what counts is what it does
RUN = """
import logging
logging.disable(logging.{level})
for job in (env["direct.message"]._send_due, env["direct.provider"]._poll):
    job()
    env.cr.commit()
"""
SENT = "SELECT count(*) FROM direct_message WHERE direction = 'out' AND state <> 'queued'"
RECEIVED = "SELECT count(*) FROM direct_message WHERE direction = 'in'"


class Spoke(Exception):
    """The copy did what only the original may do, or the original did not."""


def check():
    """Raise `Spoke` where the copy speaks, or the original does not."""
    with (
        running() as sandbox,
        databases.temporary("original") as original,
        databases.temporary("copy", lambda name: None) as copy,
    ):
        sandbox.settings(processed_after=0, dispatched_after=0)
        customer = sandbox.customer()
        label = f"willow-{uuid.uuid4().hex[:8]}"
        _shell(
            "copies-prepare",
            original,
            PREPARE.format(url=sandbox.url, key=customer.key, label=label),
        )
        domain = f"{label}.direct.sandbox.test"
        sandbox.authenticate(domain)
        sandbox.write_to(f"original@{domain}", text="Dear colleague")
        _copy(original, copy)
        for database, level, expected in ((copy, "CRITICAL", 0), (original, "NOTSET", 1)):
            _shell(f"copies-{expected}", database, RUN.format(level=level))
            found = {
                "sent there": sum(m["from"] == f"original@{domain}" for m in sandbox.messages()),
                "acknowledged there": 1 - len(customer.request("GET", "inbound").json()["ids"]),
                "sent here": execute(SENT, database)[0][0],
                "received here": execute(RECEIVED, database)[0][0],
            }
            if set(found.values()) != {expected}:
                raise Spoke(f"{database} should have {expected} of each: {found}")
    print("  the copy sent, fetched and acknowledged nothing; the original did each once")


def _copy(original, copy):
    dump = PLACE / "copy.dump"
    tool = {"check": True, "capture_output": True}
    source = ["-h", OWN.folder, "-U", ROLE]
    try:
        subprocess.run([BINARIES / "pg_dump", *source, "-Fc", "-Z0", "-f", dump, original], **tool)
        execute(f'CREATE DATABASE "{copy}"')
        subprocess.run([BINARIES / "pg_restore", *source, "-d", copy, "-j2", dump], **tool)
    finally:
        dump.unlink(missing_ok=True)


def _shell(title, database, script):
    run_odoo(title, "shell", *server_arguments(database), "--no-http", script=script)
