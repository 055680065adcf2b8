"""What may stand where others can read it, such as a subject outside the encryption."""

import re


def words(text: str | None) -> set[str]:
    """The words of a text, in lower case."""
    return set(re.findall(r"\w+", (text or "").lower()))


def names_patient(text: str | None, name: str | None, record_number: str | None) -> bool:
    """Whether `text` has a word of the patient's name, or of the record number."""
    private = {word for word in words(name) if len(word) > 1} | words(record_number)
    return bool(private & words(text))
