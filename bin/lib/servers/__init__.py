"""Odoo, PostgreSQL and the sandbox: made, started, spoken to, stopped. As a command: bin/serve."""
