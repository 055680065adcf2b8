"""Log lines that a test brings about on purpose."""

import contextlib
import logging
import re
import unittest


@contextlib.contextmanager
def expect_log(logger, pattern, level="WARNING"):
    """Expect a log line: without it the test fails, and with it ``bin/test`` does not.

    Lines that do not match are logged as they would have been, so another fault still counts.

    :param logger: name of a logger; lines of those below it count as well
    :param pattern: regular expression to be found in the line's message
    :param level: the lowest level that is looked at
    :return: a context manager for the list of matching records, filled when it ends
    """
    expected = []
    with unittest.TestCase().assertLogs(logger, level) as log:
        yield expected
    for record in log.records:
        if re.search(pattern, record.getMessage()):
            expected.append(record)
        else:
            logging.getLogger(record.name).handle(record)
    if not expected:
        raise AssertionError(f"{logger} logged nothing that matches {pattern!r}.")
