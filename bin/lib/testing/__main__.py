"""bin/test: lint, installing, upgrading, uninstalling, and the tests; or only the tests named.

    bin/test [--full] [PATH...] [PYTEST OPTION...]

With `--full` a matrix is tested cell by cell, and not only each pair of its values: see
`tests/kit/matrix.py`.
"""

import os
import subprocess
import sys
from collections import Counter, defaultdict

from lxml import etree

from checks import copies, enrollment, leaks, typed, upgrade
from place import ADDON, CHECKOUT, EXAMPLE, LIB, LINKED_ADDON, NOTE, PLACE, TESTS, linked
from servers import databases, postgres
from servers.odoo_command import OdooFailed, odoo_config
from servers.processes import stop_on_signals
from strings import template

MEASURED = ("addons/direct_messaging_note/models", "controllers", "hisp", "models", "tools")
CONFIGURATION = CHECKOUT / "pyproject.toml"
CHAOS_SEED = 1
PLAIN = {
    "sandbox": ("Tests of the sandbox", CHECKOUT / "sandbox/tests/pytest.ini"),
    "bin": ("Tests of the commands", CHECKOUT / "bin/tests/pytest.ini"),
}

count = Counter()


def check(title, function, *arguments):
    """Count a check that is no pytest test; return whether it passed."""
    print(f"== {title}", flush=True)
    try:
        function(*arguments)
    except Exception as failure:  # noqa: BLE001 - counted, and the other checks go on
        print(f"{type(failure).__name__}: {failure}", flush=True)
        count["failed"] += 1
        return False
    count["passed"] += 1
    return True


def pytest(title, configuration, arguments, cwd, **environment):
    """Run pytest in a process of its own and count its tests. A run without a test is a failure."""
    print(f"== {title}", flush=True)
    report = PLACE / f"pytest-{os.getpid()}.xml"
    options = ["-c", configuration, "-o", f"cache_dir={PLACE / 'pytest_cache'}"]
    command = [sys.executable, "-m", "pytest", *options, f"--junit-xml={report}", *arguments]
    status = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, check=False
    ).returncode
    ran = Counter()
    if report.exists():
        for suite in etree.parse(report).iter("testsuite"):
            ran["failed"] += int(suite.get("failures")) + int(suite.get("errors"))
            ran["skipped"] += int(suite.get("skipped"))
            ran["passed"] += int(suite.get("tests")) - ran["failed"] - ran["skipped"]
        report.unlink()
    if not ran["passed"] + ran["failed"]:
        print(f"No test ran: {' '.join(map(str, arguments))}")
    # What fails beside the tests - no test at all, a logged warning, coverage - is one failure.
    if status and not ran["failed"]:
        ran["failed"] = 1
    count.update(ran)


def odoo_tests(paths, options=()):
    """Tests that need Odoo, its browser tests among them, in a database of their own."""
    with databases.temporary("test") as database:
        odoo_tests_in("Tests in Odoo", database, paths, options)


def odoo_tests_in(title, database, paths, options=()):
    pytest(
        title,
        CONFIGURATION,
        [
            "--odoo-http",
            f"--odoo-config={odoo_config()}",
            f"--odoo-database={database}",
            "--odoo-log-level=warn",
            "-p",
            "testing.guard",
            f"--rootdir={LINKED_ADDON}",
            *map(linked, paths),
            *options,
        ],
        cwd=PLACE,
        PYTHONPATH=f"{PLACE / 'python'}:{LIB}",
    )


def plain_tests(folder, paths, options=()):
    """Tests of what knows nothing of Odoo: a folder of `PLAIN`."""
    title, configuration = PLAIN[folder]
    pytest(title, configuration, ["-p", "no:odoo", *paths, *options], cwd=CHECKOUT)


def try_upgrade_and_uninstall():
    """Install beside the notes of another addon alone, then all, and take all away again."""
    with databases.temporary("cycle", databases.create_without_addon) as database:
        title = "Install without the built-in note"
        if not check(title, databases.install, database, f"{ADDON},{EXAMPLE}"):
            return
        odoo_tests_in("Tests without the built-in note", database, ["tests/clinical"])
        check("Install the note", databases.install, database, NOTE)
        check("Upgrade", databases.upgrade, database)
        check("Uninstall the note", databases.uninstall, database, NOTE)
        check("Uninstall", databases.uninstall, database)
    check("Upgrade of a database from before", upgrade.check_notes)
    check("Upgrade without the addon of the notes", upgrade.check_addon_missing)


def everything():
    check("Lint", subprocess.check_call, [CHECKOUT / "bin/lint"])
    if check("Install", databases.ensure_template):
        try_upgrade_and_uninstall()
        check("The .pot files are up to date", template.check)
        coverage = [f"--cov={CHECKOUT / folder}" for folder in MEASURED]
        coverage += [f"--cov-config={CONFIGURATION}", "--cov-report=term:skip-covered"]
        odoo_tests(TESTS, coverage)
    for folder in PLAIN:
        plain_tests(folder, [f"{folder}/tests"])
    check("A copy does not speak", copies.check)
    check("Authentication in a browser", enrollment.check)
    check("Nothing that proves an identity is kept", leaks.check)
    check("Nothing that is typed is lost", typed.check)
    command = [CHECKOUT / "bin/chaos", "--short", "--seed", str(CHAOS_SEED)]
    check("Each message exactly once, whatever breaks", subprocess.check_call, command)


def only(arguments):
    """Run the tests at these paths; what follows from the first option on is pytest's."""
    first = next((i for i, a in enumerate(arguments) if a.startswith("-")), len(arguments))
    paths, options = arguments[:first] or TESTS, arguments[first:]
    paths = [os.path.relpath(os.path.realpath(path), CHECKOUT) for path in paths]
    for path in paths:
        if not (CHECKOUT / path.partition("::")[0]).exists():
            sys.exit(f"There is no {path}.")
    by_folder = defaultdict(list)
    for path in paths:
        folder = path.partition("/")[0]
        by_folder[folder if folder in PLAIN else "tests"].append(path)
    for folder, named in by_folder.items():
        if folder in PLAIN:
            plain_tests(folder, named, options)
        else:
            odoo_tests(named, options)


def main(arguments):
    stop_on_signals()
    if "--full" in arguments:
        arguments.remove("--full")
        os.environ["DIRECT_MESSAGING_FULL"] = "1"
    with postgres.running():
        only(arguments) if arguments else everything()
    summary = f"{count['passed']} passed, {count['failed']} failed"
    if count["skipped"]:
        summary += f", {count['skipped']} skipped"
    print(summary)
    return 1 if count["failed"] or not count["passed"] else 0


try:
    sys.exit(main(sys.argv[1:]))
except OdooFailed as failure:
    sys.exit(f"{failure}\n0 passed, 1 failed")
except KeyboardInterrupt:
    sys.exit("\nStopped.")
