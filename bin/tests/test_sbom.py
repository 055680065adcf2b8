"""Licenses of what the addon depends on."""

from email.message import Message
from pathlib import Path

import pytest

from sbom import licenses

MANIFEST = Path(__file__).resolve().parents[2] / "__manifest__.py"


def test_all_that_the_manifest_names_goes_with_lgpl():
    found = licenses.packages(MANIFEST)
    assert {"cryptography", "requests", "urllib3", "idna"} <= {package.name for package in found}
    assert [package for package in found if not package.is_compatible] == []


@pytest.mark.parametrize(
    ("expression", "is_compatible"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND PSF-2.0", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-2.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("UNKNOWN", False),
    ],
)
def test_expressions(expression, is_compatible):
    assert licenses.Package("x", "1", expression).is_compatible is is_compatible


@pytest.mark.parametrize(
    ("header", "text", "expression"),
    [
        ("License-Expression", "BSD-3-Clause", "BSD-3-Clause"),
        ("License", "MIT", "MIT"),
        ("License", "GNU General Public License v3", "GPL"),
        (
            "Classifier",
            "License :: OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)",
            "LGPL-2.1-or-later",
        ),
        ("License", "", "UNKNOWN"),
    ],
)
def test_what_packages_say(header, text, expression):
    said = Message()
    said[header] = text
    assert licenses.license_of("x", said) == expression
