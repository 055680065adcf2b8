"""bin/fuzz: run the hypothesis tests of plain Python for a time, each with ever new examples.

A target is any test with `@given` in a folder of `FOLDERS` that needs no database: who writes such
a test for `bin/test`, where it runs for a moment, has written a target. All share the time.
"""

import argparse
import faulthandler
import importlib
import inspect
import sys
import time
import traceback
from functools import wraps
from itertools import count

from hypothesis import settings
from odoo.tests import TransactionCase
from odoo.tools import config

from place import ADDON, CHECKOUT
from servers.odoo_command import odoo_config
from servers.processes import stop_on_signals

FOLDERS = ("hisp", "tools")
SECONDS = 600
# Longer than a run of a target takes, whatever it shrinks: one that takes longer hangs
HANGS_AFTER = 300


class Target:
    """A test, and how many examples it has had.

    :param case: the class of `unittest` that it is in
    """

    def __init__(self, case, name):
        self._case, self._name = case, name
        self.title = f"{case.__module__.partition('.tests.')[2]}::{case.__name__}::{name}"
        self.examples = 0
        handle = getattr(case, name).hypothesis
        test = handle.inner_test

        @wraps(test)  # hypothesis keeps what it finds under the test's own name
        def counted(*arguments, **keywords):
            self.examples += 1
            return test(*arguments, **keywords)

        handle.inner_test = counted

    def run(self, seconds):
        """Run it again and again, and the last time to its end; raises what it finds."""
        self._case.setUpClass()
        test = self._case(self._name)
        test.setUp()
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
                getattr(test, self._name)()
        finally:
            faulthandler.cancel_dump_traceback_later()
            test.tearDown()
            test.doCleanups()
            self._case.tearDownClass()
            self._case.doClassCleanups()


def targets(wanted):
    """The targets whose title has one of these words in it, or all."""
    for folder in FOLDERS:
        for path in sorted((CHECKOUT / "tests" / folder).glob("test_*.py")):
            module = importlib.import_module(f"odoo.addons.{ADDON}.tests.{folder}.{path.stem}")
            for _class, case in inspect.getmembers(module, inspect.isclass):
                if case.__module__ == module.__name__ and not issubclass(case, TransactionCase):
                    for name, test in inspect.getmembers(case, inspect.isfunction):
                        if getattr(test, "is_hypothesis_test", False):
                            target = Target(case, name)
                            if not wanted or any(word in target.title for word in wanted):
                                yield target


def main():
    parser = argparse.ArgumentParser(prog="bin/fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only targets with it in the name")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"for all ({SECONDS})")
    parser.add_argument("--list", action="store_true", help="list the targets")
    options = parser.parse_args()
    stop_on_signals()
    # Before the tests are imported: each takes from it what it does not say itself
    settings.register_profile("fuzz", deadline=None, print_blob=True)
    settings.load_profile("fuzz")
    config.parse_config(["-c", str(odoo_config()), "--log-level=critical"], setup_logging=True)
    found = list(targets(options.words))
    if options.list or not found:
        print("\n".join(target.title for target in found) or "There is no such target.")
        return 0 if found else 1
    failed = 0
    for number, target in zip(count(1), found):
        print(f"{number:3}/{len(found)} {target.title}", end="", flush=True)
        try:
            target.run(options.seconds / len(found))
        except Exception:  # noqa: BLE001 - told, and the other targets go on
            failed += 1
            print(f": FAILED after {target.examples} examples", flush=True)
            traceback.print_exc(file=sys.stdout)
        else:
            print(f": {target.examples} examples", flush=True)
    print(f"{len(found) - failed} targets held, {failed} failed")
    return 1 if failed else 0


try:
    sys.exit(main())
except KeyboardInterrupt:
    sys.exit("\nStopped.")
