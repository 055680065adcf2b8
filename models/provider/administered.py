from odoo import api, fields, models
from odoo.exceptions import AccessError


class DirectProvider(models.Model):
    """Who may change a provider: whoever administers all who use it."""

    _inherit = "direct.provider"

    may_change = fields.Boolean(compute="_compute_may_change")

    @api.depends_context("uid")
    def _compute_may_change(self):
        for provider in self:
            stored = provider._origin
            provider.may_change = not stored or stored.has_access("write")

    def _companies(self):
        """Return the companies that use these providers, in superuser mode."""
        using = self.env["res.company"].sudo().search([("direct_provider_id", "in", self.ids)])
        return using | self.sudo().company_id

    def _is_administered(self) -> bool:
        """Whether the user administers every company that uses this provider, or all of Odoo."""
        user = self.env.user
        return user.has_group("base.group_system") or self._companies() <= user.sudo().company_ids

    def _check_access(self, operation):
        # OVERRIDE base: what several companies use is not one company's to change
        refused = super()._check_access(operation)
        if refused or self.env.su or operation not in ("write", "unlink"):
            return refused
        others = self.filtered(lambda provider: not provider._is_administered())
        if not others:
            return None
        return others, others._not_administered

    def _not_administered(self):
        return AccessError(
            self.env._(
                "Other companies use %s as well. Ask an Odoo administrator to change it.",
                ", ".join(self.sudo().mapped("name")),
            )
        )

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # OVERRIDE base: who may not change it sees it read only, whatever an addon adds to the form
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            for node in arch.xpath("//field[not(ancestor::field)] | //header/button"):
                what = "readonly" if node.tag == "field" else "invisible"
                if what == "readonly" and node.get("name") not in self._declared():
                    continue
                given = node.get(what)
                node.set(what, f"not may_change or ({given})" if given else "not may_change")
        return arch, view
