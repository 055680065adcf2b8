from . import controllers, models
from .tools import sql_log

sql_log.install()


def uninstall_hook(env):
    """Keep the audit trail in a file, and take away what Odoo doesn't know of."""
    env["direct.audit.batch"]._export_all()
    env["direct.audit.batch"]._take_away()
    env["direct.rate"]._take_away()
