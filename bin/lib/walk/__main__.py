"""bin/demo: the whole journey in a database and a sandbox of its own, both gone afterwards."""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from servers import databases, postgres
from servers.odoo_command import OdooFailed
from servers.processes import free_port, odoo, port_from, sandbox, stop_on_signals


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
        walk = [sys.executable, "-P", "-m", "walk.demo", "--database", database]
        walk += ["--odoo", odoo_url, "--sandbox", sandbox_url, *sys.argv[1:]]
        return subprocess.run(walk, check=False, env={**os.environ, "PYTHONUNBUFFERED": "1"})


try:
    sys.exit(main().returncode)
except OdooFailed as failure:
    sys.exit(str(failure))
except KeyboardInterrupt:
    sys.exit("\nStopped.")
