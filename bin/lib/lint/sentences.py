"""Sentences of plain Python are whole: a sentence made of parts cannot be translated."""

from lint.source import Problem
from strings.plain import sentences

FOLDERS = ("hisp", "tools")


def check(root):
    """A problem for each sentence that an f-string puts together."""
    for folder in FOLDERS:
        for sentence in sentences(root, folder):
            if not sentence.whole:
                text = f"“{sentence.text}” is made of parts: make it a tools.sentence.Sentence"
                yield Problem(str(sentence.path), sentence.line, "sentence", text)
