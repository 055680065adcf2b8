"""Files that a reader can keep in mind."""

from lint.source import Problem

MOST_LINES = 450
FOLDERS = ("addons", "controllers", "hisp", "models", "static/src", "tools")
KINDS = {".js", ".py", ".scss", ".xml"}


def check(root):
    """A problem for each file that has too many lines."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in KINDS:
                lines = len(path.read_text().splitlines())
                if lines > MOST_LINES:
                    text = f"{lines} lines, and {MOST_LINES} are the most: split it along a seam"
                    yield Problem(str(path.relative_to(root)), 1, "lines", text)
