"""Settings that providers by email share with other kinds lose the name of the one kind."""

from odoo.tools import sql

RENAMED = {
    "edge_login": "shared_login",
    "edge_password_sealed": "shared_password_sealed",
    "edge_client_certificate": "client_certificate",
    "edge_client_key_sealed": "client_key_sealed",
    "edge_final_delivery": "final_delivery",
}


def migrate(cr, version):
    for old, new in RENAMED.items():
        if sql.column_exists(cr, "direct_provider", old):
            sql.rename_column(cr, "direct_provider", old, new)
    # The form that shows the old names is checked before it is replaced; it is made again
    cr.execute(
        """
        WITH gone AS (
            DELETE FROM ir_model_data
             WHERE module = 'direct_messaging' AND name = 'direct_provider_edge_view_form'
            RETURNING res_id
        )
        DELETE FROM ir_ui_view WHERE id IN (SELECT res_id FROM gone)
        """
    )
