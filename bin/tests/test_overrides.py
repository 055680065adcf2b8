"""The lint of overrides, held against a small addon with an order that is hidden."""

import pytest

from lint import overrides, sentences

TABLE = """
## Wings

| wing | what lives there | may use |
|---|---|---|
| `low/` | what is below | - |
| `side/` | what stands beside high | low |
| `high/` | what is above | low |

## Next
"""
MADE = '_name = "direct.a"'
EXTENDS = '_inherit = "direct.a"'
CALLS = "return super()._on_sent()"
ENDS = "return None"

# What stands in which files, and which of them are problems
TREES = {
    "above": ({"low/a": (MADE, ENDS), "high/a": (EXTENDS, CALLS)}, set()),
    "two wings": (
        {"low/a": (MADE, ENDS), "high/a": (EXTENDS, CALLS), "side/a": (EXTENDS, CALLS)},
        set(),
    ),
    "once more in its own wing": ({"low/a": (MADE, ENDS), "low/b": (EXTENDS, CALLS)}, set()),
    "begun in an extension": ({"low/b": (EXTENDS, ENDS), "high/a": (EXTENDS, CALLS)}, set()),
    "two in a wing": (
        {"low/a": (MADE, ENDS), "high/a": (EXTENDS, CALLS), "high/b": (EXTENDS, CALLS)},
        {"models/high/b.py"},
    ),
    "begun beside": (
        {"low/b": (EXTENDS, ENDS), "low/c": (EXTENDS, CALLS)},
        {"models/low/c.py"},
    ),
    "hidden": (
        {"low/a": (MADE, ENDS), "high/a": (EXTENDS, ENDS)},
        {"models/high/a.py"},
    ),
    "begun in a wing that the other does not stand on": (
        {"high/a": (EXTENDS, ENDS), "side/a": (EXTENDS, CALLS)},
        {"models/side/a.py"},
    ),
}


@pytest.mark.parametrize("title", TREES)
def test_overrides(tmp_path, title):
    files, wrong = TREES[title]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/architecture.md").write_text(TABLE)
    for name, (of_model, body) in files.items():
        path = tmp_path / "models" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"class A(models.Model):\n    {of_model}\n\n    def _on_sent(self):\n        {body}\n"
        )
    problems = list(overrides.check(tmp_path))
    assert {problem.path for problem in problems} == wrong
    assert {problem.what for problem in problems} <= {"_on_sent"}


def test_a_sentence_made_of_parts(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/a.py").write_text(
        'WHOLE = "This is too long."\nPARTS = f"This is {LONG} letters too long."\n'
    )
    [problem] = sentences.check(tmp_path)
    assert (problem.line, problem.what) == (2, "sentence")
