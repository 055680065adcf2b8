"""Which packages the addon brings along at run time, and whether their licenses go with LGPL-3."""

import ast
import re
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

# Licenses whose code an LGPL-3 program may use and be passed on with
COMPATIBLE = re.compile(
    r"0BSD|Apache-2\.0|BSD(-[23]-Clause)?|HPND|ISC|LGPL-[23]\.[01](-only|-or-later)?|MIT(-0|-CMU)?"
    r"|MPL-2\.0|PSF-2\.0|Python-2\.0|Unlicense|ZPL-2\.1|Zlib"
)
# What packages without an expression say of themselves
SPELLINGS = (
    (r"Lesser General Public License v2 or later|LGPLv2\+|^LGPL$", "LGPL-2.1-or-later"),
    (r"Lesser General Public License v3|LGPLv3", "LGPL-3.0-or-later"),
    (r"(?<!Lesser )General Public License|\bGPL", "GPL"),
    (r"Mozilla Public License 2\.0|MPL[ -]2", "MPL-2.0"),
    (r"Apache", "Apache-2.0"),
    (r"BSD", "BSD-3-Clause"),
    (r"MIT", "MIT"),
    (r"Python Software Foundation", "PSF-2.0"),
)
# Packages that name their license only in a file of theirs, which was read
READ = {"imapclient": "BSD-3-Clause"}


class Package(NamedTuple):
    name: str
    version: str
    license: str

    @property
    def is_compatible(self) -> bool:
        """Whether one of the choices (OR) consists of compatible licenses alone (AND)."""
        choices = re.split(r"\s+OR\s+", self.license.replace("(", "").replace(")", ""))
        return any(
            all(COMPATIBLE.fullmatch(part) for part in re.split(r"\s+AND\s+", choice))
            for choice in choices
        )


def packages(manifest: Path) -> list[Package]:
    """Return what a manifest asks for, and what that asks for, by name."""
    waiting = list(ast.literal_eval(manifest.read_text())["external_dependencies"]["python"])
    found = {}
    while waiting:
        name = canonical(waiting.pop())
        if name in found:
            continue
        distribution = metadata.distribution(name)
        found[name] = Package(name, distribution.version, license_of(name, distribution.metadata))
        for needed in distribution.requires or ():
            requirement, _semicolon, marker = needed.partition(";")
            if not re.search(r"extra\s*==|python_(full_)?version\s*<", marker):
                waiting.append(re.match(r"[\w.-]+", requirement)[0])
    return [found[name] for name in sorted(found)]


def license_of(name, said) -> str:
    """Return the SPDX expression of what a package says; UNKNOWN where it says nothing."""
    if expression := said.get("License-Expression"):
        return expression
    classifiers = [c for c in said.get_all("Classifier") or () if c.startswith("License ::")]
    for text in [*classifiers, (said.get("License") or "").partition("\n")[0]]:
        for pattern, expression in SPELLINGS:
            if re.search(pattern, text):
                return expression
    return READ.get(name, "UNKNOWN")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
