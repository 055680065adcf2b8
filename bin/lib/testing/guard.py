"""pytest plugin: a run fails on what the addon logs, on browser tests that had no browser, and on
test files that Odoo's own loader would not find. Tables that tests measured are printed at its end.

A test that brings about a warning on purpose says it with `tests.kit.expect_log`.
"""

import logging
import os
from pathlib import Path

import pytest
from odoo.tests.loader import get_test_modules

from place import ADDON, CHECKOUT, NOTE, TESTS
from servers.log import is_fault


class _Faults(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        self.found = []

    def emit(self, record):
        text = self.format(record)
        if is_fault(record.name, text):
            test = os.environ.get("PYTEST_CURRENT_TEST", "outside any test")
            self.found.append((test, text))


class _Tables(logging.Handler):
    def __init__(self):
        super().__init__()
        self.shown = []

    def emit(self, record):
        self.shown.append(record.getMessage())


_faults = _Faults()
_tables = _Tables()
# Where `tests.kit.show_table` leaves them
logging.getLogger("direct_messaging.tables").addHandler(_tables)


@pytest.fixture(scope="session", autouse=True)
def _listen(load_registry):
    """Listen from the loaded registry on; loading it was judged when the template was made."""
    logging.getLogger().addHandler(_faults)


def pytest_collection_finish():
    """Demand that whoever runs the tests with Odoo alone runs the same ones."""
    modules = [*get_test_modules(ADDON), *get_test_modules(NOTE)]
    loaded = {Path(module.__file__).resolve() for module in modules}
    on_disk = {path for folder in TESTS for path in (CHECKOUT / folder).rglob("test_*.py")}
    if lost := sorted(str(path.relative_to(CHECKOUT)) for path in on_disk - loaded):
        raise pytest.UsageError(f"Odoo's own loader does not find {', '.join(lost)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    # Odoo skips where it finds no browser, and a skipped tour proves nothing.
    if report.skipped and call.excinfo and "chrom" in str(call.excinfo.value).lower():
        report.outcome = "failed"
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if _faults.found and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    for table in _tables.shown:
        title, _line_end, rows = table.partition("\n")
        terminalreporter.section(title)
        terminalreporter.line(rows)
    if _faults.found:
        terminalreporter.section("the addon logged warnings or errors", red=True)
        for test, text in _faults.found:
            terminalreporter.line(f"{test}\n    {text}")
