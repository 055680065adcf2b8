"""An Odoo worker that is told on its standard input what to do, a line of JSON for each thing.

It runs Odoo's own scheduled actions, as a cron worker does.
"""

import json
import re
import sys
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL, config

config.parse_config(sys.argv[1:], setup_logging=True)
DATABASE = config["db_name"][0]


def environment(function):
    """Call `function` with an environment whose transaction is committed."""

    def call(**details):
        registry = Registry(DATABASE)
        with registry.cursor() as cursor:
            return function(api.Environment(cursor, SUPERUSER_ID, {}), **details)

    return call


def run(env, cron, table, states, at_most=None):
    """Run a scheduled action until nothing waits in `table`, or for `at_most` seconds."""

    def waiting():
        query = SQL("SELECT count(*) FROM %s WHERE state = ANY(%s)", SQL.identifier(table), states)
        [[count]] = env.execute_query(query)
        env.cr.commit()
        return count

    before, begin = waiting(), time.perf_counter()
    left = before
    while left and (at_most is None or time.perf_counter() - begin < at_most):
        env.ref(cron).method_direct_trigger()
        env.cr.commit()
        left = waiting()
    return {"done": before - left, "seconds": time.perf_counter() - begin}


def peak_memory(_env, reset=False):
    """The most memory that this process has used, in bytes, since it began or was reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return {"bytes": int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024}


def execute(env, query):
    """Run SQL; its rows."""
    env.cr.execute(query)
    return env.cr.fetchall() if env.cr.description else []


def python(env, code):
    """Run Python with `env`; what it leaves in `result`."""
    names = {"env": env, "result": None}
    exec(code, names)  # noqa: S102 (our own, from the modules beside this one)
    return names["result"]


COMMANDS = {
    function.__name__: environment(function) for function in (run, peak_memory, execute, python)
}

for line in sys.stdin:
    details = json.loads(line)
    answer = COMMANDS[details.pop("command")](**details)
    print(json.dumps(answer, default=str), flush=True)
