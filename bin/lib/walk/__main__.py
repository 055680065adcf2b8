"""bin/demo: the whole journey in a database and a sandbox of its own, both gone afterwards."""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import databases
import postgres
from servers import free_port, odoo, port_from, sandbox, stop_on_signals

WALK = Path(__file__).with_name("demo_walk.py")


def main():
    stop_on_signals()
    odoo_port = port_from("ODOO_PORT", "0") or free_port()
    sandbox_port = port_from("SANDBOX_PORT", "0") or free_port()
    with contextlib.ExitStack() as stack:
        stack.enter_context(postgres.running())
        database = stack.enter_context(databases.temporary("demo"))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sandbox_url = stack.enter_context(sandbox(sandbox_port, Path(folder, "sandbox.sqlite")))
        odoo_url = stack.enter_context(odoo(odoo_port, database))
        walk = [sys.executable, WALK, "--odoo", odoo_url, "--sandbox", sandbox_url]
        walk += ["--database", database, *sys.argv[1:]]
        return subprocess.run(walk, check=False, env={**os.environ, "PYTHONUNBUFFERED": "1"})


try:
    sys.exit(main().returncode)
except databases.OdooFailed as failure:
    sys.exit(str(failure))
except KeyboardInterrupt:
    sys.exit("\nStopped.")
