import logging
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.files import know
from ...tools.files.kinds import Kind

_logger = logging.getLogger(__name__)

# Whose documents come from outside, or may: those of messages, and of letters that pass them on
FROM_OUTSIDE = frozenset({"direct.message", "direct.letter"})


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    direct_inside_id = fields.Many2one(
        "ir.attachment",
        "Inside",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The file that this document was taken out of.",
    )

    @api.model
    def _compute_mimetype(self, values):
        # OVERRIDE base: it looks into what is called octet-stream, and may find HTML. For the
        # documents of messages that was decided already, by tools/files/know.py.
        if values.get("res_model") in FROM_OUTSIDE and values.get("mimetype"):
            return values["mimetype"]
        return super()._compute_mimetype(values)

    def _get_path(self, bin_data, sha):
        # OVERRIDE base: a full disk or a killed process leaves the beginning of a file under the
        # name of the whole. Base takes it for another file and refuses the document from then on.
        path = Path(self._full_path(f"{sha[:2]}/{sha}"))
        if _is_cut_short(path, bin_data):
            path.unlink(missing_ok=True)
        return super()._get_path(bin_data, sha)

    @api.model
    def _file_write(self, bin_value, checksum):
        try:
            return super()._file_write(bin_value, checksum)
        except OSError as error:
            _logger.warning("A document could not be stored: %s", error.strerror)
            raise UserError(
                self.env._(
                    "The document could not be stored on our server. Please try again in a few "
                    "minutes; if this continues, ask an administrator."
                )
            ) from None

    def _direct_kind(self) -> Kind:
        """What the file really is, by its content."""
        self.ensure_one()
        return know.kind(self.name, self.mimetype, self.raw or b"")


def _is_cut_short(path, content):
    """Whether the file holds the beginning of the content and no more."""
    try:
        return path.stat().st_size < len(content) and content.startswith(path.read_bytes())
    except FileNotFoundError:
        return False
