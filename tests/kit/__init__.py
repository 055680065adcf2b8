"""What tests of every wing stand on: matrices, tables, and log lines that a test expects."""

from .logs import expect_log
from .matrix import cells
from .tables import show_table
