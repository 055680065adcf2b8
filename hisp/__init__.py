"""Adapters to Direct providers (HISPs): plain Python, no ORM, no Odoo import."""
