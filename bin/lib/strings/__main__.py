"""bin/strings: write the .pot files anew, and one file with all that people read.

With `--check` nothing is written, and the exit status says whether the .pot files are up to date.
"""

import argparse
import sys

from place import CHECKOUT, PLACE
from servers import postgres
from servers.odoo_command import OdooFailed
from servers.processes import stop_on_signals
from strings import review, template

REVIEW = PLACE / "strings.txt"


def main():
    parser = argparse.ArgumentParser(prog="bin/strings", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    stop_on_signals()
    with postgres.running():
        if options.check:
            template.check()
            return
        found = template.exported()
    for addon, path in template.FILES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(found[addon])
        print(path.relative_to(CHECKOUT))
    REVIEW.write_text(review.written(found))
    print(f"to review: {REVIEW}")


try:
    main()
except (OdooFailed, template.Stale) as failure:
    sys.exit(str(failure))
except KeyboardInterrupt:
    sys.exit("\nStopped.")
