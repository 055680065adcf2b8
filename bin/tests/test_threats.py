"""Each line of the threat model names a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^\| [STRIDE] \| .*\| `(tests/[\w/]+\.py)`: `(test_\w+)` \|$", re.MULTILINE)
SECTION = (ROOT / "docs/security.md").read_text().partition("\n## Threat model\n")[2]
LINES = LINE.findall(SECTION)


def test_every_line_names_one():
    assert len(LINES) == len(re.findall(r"^\| [STRIDE] \|", SECTION, re.MULTILINE)) > 20


@pytest.mark.parametrize(("path", "name"), LINES)
def test_it_exists(path, name):
    assert f"def {name}(self" in (ROOT / path).read_text()
