"""No link to a record that the user may not read: it would tell the record's name."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_guarded import MAY_WRITE, GuardedCommon


@tagged("post_install", "-at_install")
class TestLinks(GuardedCommon):
    def links(self, records):
        """Each link that may be written from outside, with a record, a role, and a value."""
        for name, record in records.items():
            for role, writable in MAY_WRITE.get(name, {}).items():
                for field in map(record._fields.get, writable.split()):
                    if field.type == "many2one":
                        yield role, record[:1], field, self.value_for(record.sudo(), field)

    def hide(self, comodel, id_):
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id(comodel),
                "domain_force": repr([("id", "!=", id_)]),
            }
        )

    def test_each_link(self):
        open_, _final = self.make_records()
        found = list(self.links(open_))
        self.assertGreater(len(found), 5)
        for role, record, field, value in found:
            if not value or (field.comodel_name, value) == (record._name, record.id):
                continue
            calls = (
                ("write", record.ids, {field.name: value}),
                ("onchange", record.ids, {field.name: value}, [field.name], {field.name: {}}),
            )
            with self.env.cr.savepoint() as savepoint:
                self.hide(field.comodel_name, value)
                for method, *args in calls:
                    with self.subTest(str(field), role=role, method=method):
                        self.assertIs(self.call(role, record._name, method, *args), AccessError)
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()
