"""Walk the journey in a browser, as its users do: a referral is delivered, answered, and closed."""

import argparse
import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from checks import enrollment
from place import CHECKOUT, LOGS
from walk import answer
from walk.journey import Walk, browser

FAILED = LOGS / "demo-failed.png"
IN_THE_STORE = ("send-referral.png", "inbox.png")
"""Pictures that `static/description/index.html` shows as well."""
REFERRAL = (
    Walk.connect_provider,
    Walk.sign_note,
    Walk.write_referral,
    Walk.set_up,
    Walk.send,
    Walk.authenticate,
    Walk.watch_delivery,
    Walk.compare_documents,
)


def go(walk, steps):
    """Walk the steps; exit with a picture of the window where one fails."""
    for step in steps:
        try:
            step(walk)
        except (AssertionError, BrowserError) as error:
            walk.page.screenshot(path=FAILED)
            sys.exit(f"{step.__name__} failed, see {FAILED}\n{error}")


def main():
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument("--odoo", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--sandbox", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--database", required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--pictures",
        nargs="?",
        type=Path,
        const=CHECKOUT / "docs/pictures",
        metavar="FOLDER",
        help="take a picture of each window (default folder: docs/pictures)",
    )
    arguments = parser.parse_args()
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with browser() as chromium:
        walk = Walk(
            chromium, arguments.odoo, arguments.sandbox, arguments.database, arguments.pictures
        )
        go(walk, REFERRAL)
        delivered = time.monotonic() - begin
        go(walk, answer.STEPS)
        if arguments.pictures:
            go(walk, answer.PICTURES)
    if walk.faults:
        sys.exit("The browser's console has errors:\n" + "\n".join(walk.faults))
    if arguments.pictures:
        enrollment.check(arguments.pictures)
        for picture in IN_THE_STORE:
            shutil.copy(arguments.pictures / picture, CHECKOUT / "static/description")
    print(f"referral delivered in {delivered:.1f} s")


main()
