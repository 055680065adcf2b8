"""Providers are still reached where they were, also in a private network, and by this database."""

from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api

from odoo.addons.direct_messaging.hisp import reach


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("SELECT id, base_url, edge_smtp_host, edge_imap_host FROM direct_provider")
    private = [
        id_
        for id_, url, *hosts in cr.fetchall()
        if any(reach.is_private(host or "") for host in (urlsplit(url or "").hostname, *hosts))
    ]
    cr.execute("UPDATE direct_provider SET private_network = true WHERE id = ANY(%s)", [private])
    env.invalidate_all()
    env["direct.provider"].search([])._note_who_speaks()
