from odoo import fields, models

from ..hisp import ExampleHisp


class DirectProvider(models.Model):
    _inherit = "direct.provider"

    code = fields.Selection(
        selection_add=[("example", "Example HISP")],
        ondelete={
            "example": lambda providers: providers.write({"code": "sandbox", "state": "disabled"})
        },
    )

    def _adapter(self):
        return ExampleHisp if self.code == "example" else super()._adapter()
