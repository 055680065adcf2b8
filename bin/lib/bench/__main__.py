"""bin/bench: rows of measurements, each with its ratio to what it is held against.

A row is a function `bench_<name>` in a module of `rows/`; it returns a list of `Result`.
Both sides of a ratio are measured in one run on one machine.
"""

import argparse
import importlib
import os
import platform
import sys
from datetime import date
from pathlib import Path

from bench.tools import Result
from place import CHECKOUT
from servers import postgres
from servers.odoo_command import OdooFailed
from servers.processes import stop_on_signals

ROWS = Path(__file__).with_name("rows")
TABLE = CHECKOUT / "docs/performance.md"
BEGIN, END = "<!-- table: bin/bench --write -->", "<!-- end of the table -->"
HEADING = "| row | measured | against | ratio | asked for | |\n|---|---|---|---|---|---|\n"


def rows():
    """The functions that measure, by the name of their row."""
    found = {}
    for path in sorted(ROWS.glob("[!_]*.py")):
        module = importlib.import_module(f"bench.rows.{path.stem}")
        for name, value in vars(module).items():
            if name.startswith("bench_") and value.__module__ == module.__name__:
                found[name.removeprefix("bench_").replace("_", "-")] = value
    return found


def as_line(result: Result) -> str:
    """A line of the table in docs/performance.md."""
    return (
        f"| {result.name} | {result.measured} | {result.against} | {result.ratio:.2f}x"
        f" | {result.bound} | {'holds' if result.holds else '**does not hold**'} |\n"
    )


def write(results):
    """Put the table, and what it was measured on, between the marks in docs/performance.md."""
    text = TABLE.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    machine = f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}"
    said = f"Measured on {date.today():%Y-%m-%d}: {machine}, PostgreSQL on the same machine.\n"
    table = HEADING + "".join(map(as_line, results))
    TABLE.write_text(f"{before}{BEGIN}\n\n{said}\n{table}\n{END}{after}")


def main():
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--list", action="store_true", help="list the rows")
    arguments = parser.parse_args()
    known = rows()
    if arguments.list:
        print("\n".join(known))
        return 0
    if unknown := set(arguments.names) - set(known):
        sys.exit(f"There is no row {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    if arguments.write and arguments.names:
        sys.exit("--write is for all rows: a table of some would look like all there is.")
    stop_on_signals()
    results = []
    with postgres.running():
        for name in arguments.names or known:
            print(f"== {name}", flush=True)
            for result in known[name]():
                print(result, flush=True)
                results.append(result)
    if arguments.write:
        write(results)
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OdooFailed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
