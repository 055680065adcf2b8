"""What in Odoo's log is the addon's fault. Odoo itself logs such things and exits with 0."""

import re

from place import ADDON, HOME

_NAMES_ADDON = re.compile(rf"{ADDON}|\bdirect\.[a-z]")
_LINE = re.compile(r"\S+ \S+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>\S+): ")
_BAD = {"WARNING", "ERROR", "CRITICAL"}


def is_fault(logger, text):
    """Whether a message of level WARNING or above is about the addon."""
    if logger == "odoo.tools.config":
        return False  # it says of every add-on's option, ours among them, that it does not know it
    # The work folder carries the addon's name, and what lies there is not for that reason ours.
    return bool(_NAMES_ADDON.search(f"{logger} {text.replace(str(HOME), '')}"))


def faults(log):
    """The faults in a log's text, each with its traceback; an error is one, whoever logged it."""
    found, bad = [], None
    for line in [*log.splitlines(), None]:
        head = _LINE.match(line) if line is not None else None
        if bad and (head or line is None):
            level, logger, text = bad
            if level != "WARNING" or is_fault(logger, text):
                found.append(text)
            bad = None
        if head and head["level"] in _BAD:
            bad = head["level"], head["logger"], line
        elif bad and line is not None:
            bad = (*bad[:2], f"{bad[2]}\n{line}")
    return found
