"""What Odoo's log keeps of a query that failed."""

import logging

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import SQL
from psycopg2 import Error
from psycopg2.extensions import adapt

from ...tools.sql_log import LOGGER, WithoutValues


def logged(*args):
    record = logging.LogRecord(LOGGER, logging.ERROR, "", 0, "bad query: %s\nERROR: %s", args, None)
    WithoutValues().filter(record)
    return record.getMessage()


@tagged("post_install", "-at_install")
class TestStatement(BaseCase):
    @given(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])))
    def test_no_text_at_all_gets_out_of_its_quotes(self, text):
        value = adapt(f"Quill{text}Quill")
        value.encoding = "utf-8"
        said = logged(b"INSERT INTO t (a, b) VALUES (%s, 7)" % value.getquoted(), ValueError("no"))
        self.assertEqual(said.split("VALUES")[1].replace("E'", "'"), " ('...', 7)\nERROR: no")

    def test_the_answer_is_cut_where_it_quotes_the_row(self):
        error = ValueError("duplicate key\nDETAIL:  Failing row contains (1, Quill).")
        self.assertEqual(logged("SELECT 1", error), "bad query: SELECT 1\nERROR: duplicate key")


@tagged("post_install", "-at_install")
class TestOdooLog(TransactionCase):
    def test_a_failed_query_is_logged_without_its_values(self):
        with self.assertLogs(LOGGER, "ERROR") as log, self.assertRaises(Error):
            query = SQL("SELECT no_such_column FROM res_partner WHERE name = %s", "Quill")
            self.env.cr.execute(query)
        [said] = log.output
        self.assertIn("no_such_column", said)
        self.assertNotIn("Quill", said)
