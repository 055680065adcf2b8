"""Tries count whatever becomes of them, on any number of workers."""

import contextlib
import threading
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import TransactionCase, tagged

from ...models.core import rate


@tagged("post_install", "-at_install")
class TestRate(TransactionCase):
    def setUp(self):
        super().setUp()
        self.who = uuid.uuid4().hex
        self.enterContext(patch.dict(rate.RATES, verify=rate.Rate(5, timedelta(hours=1))))
        # What is committed on purpose is taken away again
        self.addCleanup(self.forget)

    def forget(self):
        with Registry(self.env.cr.dbname).cursor() as cr:
            cr.execute("DELETE FROM direct_rate WHERE who = %s", [self.who])

    def count(self, kind="verify"):
        self.env["direct.rate"]._count(kind, self.who)

    def test_one_too_many_is_refused_and_another_person_is_not(self):
        for _time in range(5):
            self.count()
        with self.assertRaisesRegex(UserError, "too often"):
            self.count()
        self.env["direct.rate"]._count("verify", f"not {self.who}")
        self.count("call")

    def test_a_try_that_is_rolled_back_counts(self):
        for _time in range(5):
            with self.env.cr.savepoint() as savepoint:
                self.count()
                savepoint.rollback()
        with self.assertRaises(UserError):
            self.count()

    def test_twenty_at_once_count_as_twenty(self):
        passed, barrier = [], threading.Barrier(20)

        def attempt():
            barrier.wait()
            with contextlib.suppress(UserError):
                self.count()
                passed.append(1)

        threads = [threading.Thread(target=attempt) for _number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLessEqual(len(passed), 5)
        with Registry(self.env.cr.dbname).cursor() as cr:
            cr.execute("SELECT count(*) FROM direct_rate WHERE who = %s", [self.who])
            self.assertEqual(cr.fetchone(), (20,))

    def test_what_is_long_ago_does_not_count(self):
        for _time in range(5):
            self.count()
        with Registry(self.env.cr.dbname).cursor() as cr:
            cr.execute(
                "UPDATE direct_rate SET at = at - interval '61 minutes' WHERE who = %s", [self.who]
            )
        self.count()
