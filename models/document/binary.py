from odoo import models
from odoo.http import Stream

from ...tools.files.kinds import KINDS, STREAM, Viewer

# What a browser may show by itself, served with `nosniff`
BY_BROWSER = (Viewer.PDF, Viewer.IMAGE, Viewer.TEXT, Viewer.TABLE)
SHOWN = frozenset(
    traits.content_type.partition(";")[0]
    for traits in KINDS.values()
    if traits.viewer in BY_BROWSER
) - {STREAM}


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _get_stream_from(self, record, *args, **kwargs):
        # OVERRIDE base: neither /web/content nor any other route serves what came from outside as
        # something else than it was found to be, and only harmless kinds are shown by a browser
        stream = super()._get_stream_from(record, *args, **kwargs)
        if record._name == "ir.attachment" and record._direct_only_documents():
            stream.mimetype = record.sudo().mimetype
            if stream.mimetype not in SHOWN:
                stream = DownloadOnly(**vars(stream))
        return stream


class DownloadOnly(Stream):
    """A file that no browser may show by itself."""

    def get_response(self, as_attachment=None, **kwargs):
        return super().get_response(as_attachment=True, **kwargs)
