import itertools
import logging

from odoo.tests import BaseCase

from . import cells, expect_log

LOGGER = "odoo.addons.direct_messaging.kit"


class TestCells(BaseCase):
    AXES = {"role": "abcd", "state": range(5), "company": (True, False), "way": ("rpc", "button")}

    def test_every_pair_of_values_meets(self):
        rows = cells(full=False, **self.AXES)
        for one, other in itertools.combinations(self.AXES, 2):
            wanted = set(itertools.product(self.AXES[one], self.AXES[other]))
            self.assertEqual({(row[one], row[other]) for row in rows}, wanted)
        self.assertLess(len(rows), 4 * 5 * 2)

    def test_full_is_the_product(self):
        rows = cells(full=True, **self.AXES)
        self.assertEqual(len({tuple(row.values()) for row in rows}), 4 * 5 * 2 * 2)

    def test_two_axes_are_their_product(self):
        self.assertEqual(len(cells(full=False, one="abc", other="xy")), 6)

    def test_the_same_each_time(self):
        self.assertEqual(cells(full=False, **self.AXES), cells(full=False, **self.AXES))


class TestExpectLog(BaseCase):
    def test_what_is_expected_goes_no_further(self):
        with self.assertNoLogs("odoo.addons", "ERROR"), expect_log(LOGGER, "disk .* full") as found:
            logging.getLogger(LOGGER).error("The disk %s is full", "A")
        self.assertEqual([record.getMessage() for record in found], ["The disk A is full"])

    def test_anything_else_is_logged_as_ever(self):
        with self.assertLogs("odoo.addons", "ERROR") as log, expect_log(LOGGER, "expected"):
            logging.getLogger(LOGGER).error("expected")
            logging.getLogger(LOGGER + ".below").error("something else")
        self.assertEqual([record.getMessage() for record in log.records], ["something else"])

    def test_silence_is_a_failure(self):
        with self.assertRaises(AssertionError), expect_log(LOGGER, "expected"):
            pass
        with (
            self.assertLogs("odoo.addons", "ERROR"),
            self.assertRaises(AssertionError),
            expect_log(LOGGER, "expected"),
        ):
            logging.getLogger(LOGGER).error("something else")
