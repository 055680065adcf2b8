"""The lint of lists: a planted one of Odoo's own kind is found, ours are not."""

from pathlib import Path

import pytest

from lint import relations

ROOT = Path(__file__).resolve().parents[2]


def test_the_addon_has_none():
    assert not list(relations.check(ROOT))


@pytest.mark.parametrize("kind", relations.KINDS)
@pytest.mark.parametrize("path", ["models/message/planted.py", "addons/other/models/planted.py"])
@pytest.mark.parametrize(
    "line", ["from odoo.fields import Command, {}", "class A:\n    a_ids = fields.{}('x')"]
)
def test_a_planted_one_is_found(tmp_path, kind, path, line):
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(line.format(kind))
    [problem] = relations.check(tmp_path)
    assert (problem.path, problem.what) == (path, kind)
