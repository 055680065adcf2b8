"""Plain Python helpers: no Odoo import, so that they are tested and reused alone."""
