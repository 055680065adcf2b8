"""The lint of the wings, held against the addon itself with something planted in it."""

import shutil
from pathlib import Path

import pytest

from lint import exceptions, size, source, wings

ROOT = Path(__file__).resolve().parents[2]
COPIED = (*source.XML_FOLDERS, "addons", "docs", "hisp", "models", "sandbox", "tools")

CLASS = """
class Planted(models.Model):
    _name = "direct.planted"
    _inherit = {inherit!r}

    def _planted(self):
        return {expression}
"""

# What is planted where, and the words for what it uses
UPWARD = [
    ("models/provider/provider.py", "from ..message import outbox", "models.message.outbox"),
    ("models/provider/provider.py", "from .. import referral", "models.referral"),
    (
        "models/provider/provider.py",
        "from odoo.addons.direct_messaging.models.message.message import APPEARANCE",
        "models.message.message.APPEARANCE",
    ),
    (
        "models/practice/setup.py",
        "def planted():\n    from ..message.sent import resend",
        "models.message.sent.resend",
    ),
    ("models/message/message.py", "from ...controllers import callback", "controllers"),
    ("models/message/message.py", "from ...sandbox import testing", "sandbox"),
    (
        "models/core/thread.py",
        CLASS.format(inherit="direct.thread", expression='self.env["direct.dashboard"]'),
        "direct.dashboard",
    ),
    (
        "models/patient/partner.py",
        CLASS.format(inherit="direct.resend", expression="1"),
        "direct.resend",
    ),
    (
        "models/document/binary.py",
        'link = fields.Many2one("direct.enrollment.attempt")',
        "direct.enrollment.attempt",
    ),
    (
        "models/practice/practice.py",
        CLASS.format(inherit=[], expression="message._mark_unconfirmed()"),
        "_mark_unconfirmed",
    ),
    (
        "models/practice/practice.py",
        'DOMAIN = [("message_ids.forwarded_to_id", "=", 1)]',
        "forwarded_to_id",
    ),
    (
        "models/provider/provider.py",
        CLASS.format(inherit=[], expression='self.env.ref("direct_messaging.ir_cron_send")'),
        "direct_messaging.ir_cron_send",
    ),
    ("models/inbox/pane.py", 'NOTES = "direct.clinical.note"', "direct.clinical.note"),
    ("tools/address.py", "import odoo", "odoo"),
    ("tools/address.py", "from ..hisp import errors", "hisp"),
    ("hisp/errors.py", "from odoo.addons.direct_messaging import models", "models"),
    ("hisp/errors.py", "from ..models.message import message", "models"),
    ("sandbox/app.py", "from tools import address", "tools"),
    ("models/planted.py", "", "wing"),
    ("models/planted/__init__.py", '"""Planted."""\n', "planted"),
    ("models/inbox/__init__.py", '"""Planted.\n\nMay use referral.\n"""\n', "docstring"),
    ("models/inbox/__init__.py", "from . import pane\n", "docstring"),
]
# The same the other way round, and what only looks alike
ALLOWED = [
    ("models/message/message.py", "from ..practice.practice import DirectPractice"),
    ("models/message/message.py", "from ...hisp import errors\nfrom ...tools import address"),
    ("models/referral/referral.py", 'DOMAIN = [("direct_message_ids.forwarded_to_id", "=", 1)]'),
    ("models/provider/provider.py", '"""A docstring that names direct.message, and its state."""'),
    ("models/provider/provider.py", "GROUP = 'direct_messaging.group_manager'"),
    ("hisp/errors.py", "from ..tools import address"),
    ("controllers/callback.py", "from ..models.referral import referral"),
]


@pytest.fixture(scope="module")
def addon(tmp_path_factory):
    root = tmp_path_factory.mktemp("addon")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, root / folder)
    return root


@pytest.fixture(scope="module")
def before(addon):
    return set(wings.check(addon))


def planted(addon, path, text):
    """What the lint says of the addon with `text` at the end of a file."""
    file = addon / path
    old = file.read_text() if file.exists() else None
    whole = not old or path.endswith("__init__.py")
    file.parent.mkdir(exist_ok=True)
    file.write_text(text if whole else f"{old}\n\n{text}\n")
    try:
        return set(wings.check(addon))
    finally:
        if old is None:
            shutil.rmtree(file.parent) if file.name == "__init__.py" else file.unlink()
        else:
            file.write_text(old)


@pytest.mark.parametrize(("path", "text", "what"), UPWARD)
def test_upward(addon, before, path, text, what):
    found = planted(addon, path, text) - before
    assert what in {problem.what for problem in found}
    assert all(str(problem).startswith(problem.path) for problem in found)


@pytest.mark.parametrize(("path", "text"), ALLOWED)
def test_downward(addon, before, path, text):
    (addon / path).parent.mkdir(exist_ok=True)
    assert planted(addon, path, text) <= before


def test_the_addon_has_no_other_problems():
    assert exceptions.judge([*wings.check(ROOT), *size.check(ROOT)]) == []


def test_a_needless_exception_is_a_problem():
    problem = source.Problem("models/a.py", 3, "direct.b", "uses it")
    listed = '["models/a.py"]\n"direct.b" = "a reason"\n'
    assert exceptions.judge([problem], listed) == []
    assert exceptions.judge([problem], "") == [problem]
    [needless] = exceptions.judge([], listed)
    assert needless.what == "direct.b"
    assert problem in exceptions.judge([problem], listed.replace("a reason", " "))


def test_a_long_file(tmp_path):
    (tmp_path / "hisp").mkdir()
    (tmp_path / "hisp/long.py").write_text("pass\n" * (size.MOST_LINES + 1))
    (tmp_path / "hisp/short.py").write_text("pass\n" * size.MOST_LINES)
    assert [problem.path for problem in size.check(tmp_path)] == ["hisp/long.py"]
