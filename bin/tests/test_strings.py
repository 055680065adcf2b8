"""What counts as a sentence in plain Python."""

from strings import plain

SOURCE = '''
"""A docstring is for those who read code."""

LABEL = "Lakeview Cardiology"
QUERY = "SELECT a FROM b WHERE c = ?"
PATH = "M 1 2 L 3.4."
TOLD = {"code": "The mailbox is full."}


def refuse(name):
    """Another docstring. It says why."""
    if name:
        raise ValueError(
            "This is a sentence that needs two lines, "
            "as many do."
        )
    raise ValueError(f"{name} is taken. Choose another one.")
'''


def test_sentences(tmp_path):
    (tmp_path / "hisp/tests").mkdir(parents=True)
    (tmp_path / "hisp/tests/test_a.py").write_text(SOURCE)
    (tmp_path / "hisp/a.py").write_text(SOURCE)
    found = list(plain.sentences(tmp_path, "hisp"))
    assert [(str(s.path), s.text, s.whole) for s in found] == [
        ("hisp/a.py", "The mailbox is full.", True),
        ("hisp/a.py", "This is a sentence that needs two lines, as many do.", True),
        ("hisp/a.py", "{} is taken. Choose another one.", False),
    ]
