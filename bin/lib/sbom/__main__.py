"""bin/sbom: what the addon depends on at run time, as CycloneDX JSON on standard output.

With `--check` nothing is written. The exit status is 1 where a license does not go with LGPL-3.
"""

import argparse
import ast
import json
import sys

from place import ADDON, CHECKOUT
from sbom import licenses

MANIFEST = CHECKOUT / "__manifest__.py"


def bill(packages, version):
    """The bill of materials, CycloneDX 1.5."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "library", "name": ADDON, "version": version}},
        "components": [
            {
                "type": "library",
                "name": package.name,
                "version": package.version,
                "purl": f"pkg:pypi/{package.name}@{package.version}",
                "licenses": [{"expression": package.license}],
            }
            for package in packages
        ],
    }


def main():
    parser = argparse.ArgumentParser(prog="bin/sbom", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the licenses")
    options = parser.parse_args()
    packages = licenses.packages(MANIFEST)
    if not options.check:
        version = ast.literal_eval(MANIFEST.read_text())["version"]
        print(json.dumps(bill(packages, version), indent=2))
    wrong = [package for package in packages if not package.is_compatible]
    for package in wrong:
        print(f"{package.name} {package.version}: {package.license}", file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
