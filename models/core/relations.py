"""Lists of records, One2many and Many2many, of which each reader gets what that reader may read.

Odoo reads such a list with the rights of whoever asks first, and keeps it in the cache of the
transaction for all: superuser mode afterwards finds less than there is, and a user after superuser
mode gets lines that the user may not read. Ours are kept whole; what is given out is looked at
each time. `bin/lint` lets no other kind into our models.
"""

from odoo import fields


class _Whole:
    """Kept whole in the cache, given out by the rights of the reader."""

    def read(self, records):  # pylint: disable=missing-return
        super().read(records.sudo())

    def convert_to_record(self, value, record):
        return _readable(super().convert_to_record(value, record))

    def convert_to_record_multi(self, values, records):
        return _readable(super().convert_to_record_multi(values, records))

    def write_real(self, records_commands_list, create=False):  # pylint: disable=missing-return
        super().write_real(records_commands_list, create)
        for records, _commands in records_commands_list:
            if self.store and not records.env.su:
                # Odoo put the lines that the writer may read into the cache; there may be others
                self._invalidate_cache(records.env, records._ids)


class One2many(_Whole, fields.One2many):
    pass


class Many2many(_Whole, fields.Many2many):
    pass


def _readable(lines):
    if not lines or lines.env.su:
        return lines
    stored = lines._origin
    hidden = set((stored - stored._filtered_access("read"))._ids)
    if not hidden:
        return lines
    return lines.browse(id_ for id_ in lines._ids if (id_ or id_.origin) not in hidden)
