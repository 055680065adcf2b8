import logging

from odoo import api, models

SWITCHED_OFF = "direct_messaging.activity_type_switched_off"
OURS = "direct\\_messaging%"

_logger = logging.getLogger(__name__)


class IrCron(models.Model):
    """Tells when one of our scheduled actions is switched off: nothing may be sent any more.

    Odoo itself switches one off that has failed for a week; a person may as well.
    """

    _inherit = "ir.cron"

    def write(self, vals):
        before = self.filtered("active")
        result = super().write(vals)
        if "active" in vals:
            (before - self.filtered("active"))._direct_tell_switched_off()
            self.filtered("active").activity_feedback([SWITCHED_OFF])
        return result

    @api.model
    def _update_failure_count(self, job, status):
        # OVERRIDE: Odoo writes this past the ORM
        super()._update_failure_count(job, status)
        cron = self.browse(job["id"])
        cron.invalidate_recordset(["active"])
        if cron.active:
            return
        try:
            with self.env.cr.savepoint():
                cron._direct_tell_switched_off()
        except Exception as error:  # noqa: BLE001 - the other scheduled actions go on
            _logger.error("Nobody was told that %s is off: %s", cron.id, type(error).__name__)

    def _direct_tell_switched_off(self):
        """Give each of Odoo's administrators an activity on those that are ours."""
        known = self.env["ir.model.data"].sudo()
        ours = known.search(
            [("model", "=", "ir.cron"), ("module", "=like", OURS), ("res_id", "in", self.ids)]
        )
        administrators = self.env.ref("base.group_system").sudo().all_user_ids.filtered("active")
        for cron_sudo in self.sudo().browse(ours.mapped("res_id")):
            for user in administrators:
                cron_sudo.activity_schedule(
                    SWITCHED_OFF,
                    summary=self.env._("A scheduled action of Direct Messaging is switched off"),
                    note=self.env._(
                        "Direct messages may no longer be sent or received. See the server log for"
                        " the reason, then set this action to active."
                    ),
                    user_id=user.id,
                )
