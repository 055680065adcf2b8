import hashlib
import logging
from base64 import b64decode
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.files import know, sending
from ...tools.files.kinds import KINDS, Kind, sent_as
from ...tools.files.limited import Failed, Reader
from ..core.server import own_context

_logger = logging.getLogger(__name__)

# What a document is made of: fixed from the moment it is taken in
CONTENT = frozenset({"raw", "datas", "db_datas", "store_fname", "checksum", "file_size"})
FOUND = frozenset(
    {
        *("direct_sha256", "direct_kind", "direct_declared", "direct_pages", "direct_is_shut"),
        "direct_inside_id",
    }
)


class IrAttachment(models.Model):
    """Documents of messages and referrals are taken in once and leave as they came, to the byte.

    A model says by its class attribute ``_direct_keeps_files`` that its attachments are such
    documents; all ways to add one, an upload, a copy or RPC, end in `create`.
    """

    _inherit = "ir.attachment"

    direct_sha256 = fields.Char("SHA-256", readonly=True, copy=False)
    direct_kind = fields.Selection(
        [(kind.value, traits.label) for kind, traits in KINDS.items()],
        "File Type",
        readonly=True,
        help="What the file is, by its content. Its name may say something else.",
    )
    direct_declared = fields.Char(
        "Declared Type", readonly=True, help="The content type given by the sender."
    )
    direct_pages = fields.Integer("Pages", readonly=True)
    direct_is_shut = fields.Boolean(
        "Can't Be Shown", readonly=True, help="It is damaged, locked, or a program."
    )
    direct_inside_id = fields.Many2one(
        "ir.attachment",
        "Inside",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The file that this document was taken out of.",
    )

    direct_warning = fields.Char(
        compute="_compute_direct_warning",
        help="Before it is sent: why the recipient may not be able to open it.",
    )
    direct_offer = fields.Selection(
        [("pdf", "Add PDF Copy"), ("smaller", "Make Smaller")],
        compute="_compute_direct_warning",
        help="What can be done about it here.",
    )

    @api.depends("direct_kind", "description", "file_size", "res_model")
    def _compute_direct_warning(self):
        for document in self:
            is_sent = document._direct_is("_direct_sends_files", document.res_model)
            kind = is_sent and document._direct_kind()
            document.direct_warning = is_sent and sending.warning(kind, document.description or "")
            document.direct_offer = is_sent and sending.offer(kind, document.file_size)

    @api.model
    def _direct_is_document(self, res_model) -> bool:
        return self._direct_is("_direct_keeps_files", res_model)

    @api.model
    def _direct_is(self, what, res_model) -> bool:
        return bool(res_model) and getattr(self.env.registry.get(res_model), what, False)

    @api.model_create_multi
    def create(self, vals_list):
        documents = [self._direct_is_document(vals.get("res_model")) for vals in vals_list]
        if any(documents):
            vals_list = [
                self._direct_taken_in(vals) if is_document else vals
                for vals, is_document in zip(vals_list, documents, strict=True)
            ]
        return super().create(vals_list)

    def _direct_taken_in(self, vals):
        """Return the values of a document, with what only the server says of it."""
        raw = vals.get("raw") or b64decode(vals.get("datas") or b"")
        raw = raw.encode() if isinstance(raw, str) else raw
        found = {name: vals[name] for name in FOUND & vals.keys() if self.env.su}
        declared = found.get("direct_declared") or vals.get("mimetype") or ""
        name = vals.get("name") or ""
        if not self.env.su and self._direct_is("_direct_sends_files", vals["res_model"]):
            found = self._direct_looked_at(name, declared, raw)
        kind = Kind(found.get("direct_kind") or know.kind(name, declared, raw).value)
        return {
            **{name: value for name, value in vals.items() if name not in FOUND | {"datas"}},
            **found,
            "raw": raw,
            "mimetype": kind.content_type.partition(";")[0],
            "direct_sha256": hashlib.sha256(raw).hexdigest(),
            "direct_kind": kind.value,
            "direct_declared": declared,
        }

    def _direct_looked_at(self, name, declared, raw):
        """Return what is found of a file that somebody is about to send."""
        try:
            with Reader() as reader:
                found = reader.call(sending.look, name, declared, raw)
        except Failed:
            return {"description": False}
        return {
            "direct_kind": found.kind.value,
            "direct_pages": found.pages,
            "direct_is_shut": found.is_shut,
            "description": found.notice,
        }

    def write(self, vals):
        if not self.env.su and (CONTENT | FOUND) & vals.keys() and self._direct_only_documents():
            raise AccessError(
                self.env._("A document can't be changed. Remove it and attach another one.")
            )
        return super().write(vals)

    def _direct_only_documents(self):
        return self.sudo().filtered(lambda one: self._direct_is_document(one.res_model))

    def _check_contents(self, values):
        # OVERRIDE base: it makes pictures smaller, and of a fax it may keep the first page only
        if self._direct_is_document(values.get("res_model")):
            self = self.with_context(image_no_postprocess=True)
        return super()._check_contents(values)

    @api.model
    def _compute_mimetype(self, values):
        # OVERRIDE base: it looks into what is called octet-stream, and may find HTML. For documents
        # that was decided already, by tools/files/know.py.
        if self._direct_is_document(values.get("res_model")) and values.get("mimetype"):
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
                    "The document couldn't be stored on our server. Please try again in a few "
                    "minutes; if this continues, ask an administrator."
                )
            ) from None

    # --- what is known of them ---------------------------------------------------------------

    @api.model
    def _direct_values(self, document) -> dict:
        """Return the values of a `tools.files.unpack.Document`, with what was found of it."""
        return {
            "name": document.shown_name,
            "raw": document.content,
            "description": "\n".join(document.notices),
            "direct_kind": document.kind.value,
            "direct_declared": document.content_type,
            "direct_pages": document.pages,
            "direct_is_shut": document.is_shut,
        }

    def _direct_link(self, documents):
        """Note which of these came out of which; `documents` are in the same order."""
        kept = list(self)
        for attachment, document in zip(kept, documents, strict=True):
            if document.inside is not None:
                attachment.direct_inside_id = kept[document.inside]

    def _direct_kind(self) -> Kind:
        """What the file really is, by its content."""
        self.ensure_one()
        if self.direct_kind:
            return Kind(self.direct_kind)
        return know.kind(self.name, self.mimetype or "", self.raw or b"")

    def _direct_label(self) -> str:
        """What the file is, in words for people."""
        labels = dict(self._fields["direct_kind"]._description_selection(self.env))
        return labels[self._direct_kind().value]

    def _direct_viewer(self) -> str:
        """How the document is shown inside (`tools.files.kinds.Viewer`); empty: downloaded only."""
        return "" if self.direct_is_shut else self._direct_kind().traits.viewer.value

    def _direct_is_intact(self) -> bool:
        """Whether the file can still be read as it was taken in."""
        self.ensure_one()
        content = self.raw or b""
        if not self.direct_sha256:
            return len(content) == self.file_size
        return hashlib.sha256(content).hexdigest() == self.direct_sha256

    def _direct_to_send(self, true_types=False) -> list[tuple[str, str, bytes]]:
        """Return file name, content type and bytes of each, as it was taken in.

        :param bool true_types: the content types of what they are, not those that were declared
        :raise UserError: one can no longer be read
        """
        # The bytes, also where a form asks for sizes of files
        documents = own_context(self)
        for document in documents:
            if not document._direct_is_intact():
                raise UserError(
                    self.env._(
                        "“%s” can't be read on our server. Remove it, or attach the file again.",
                        document.name,
                    )
                )
        return [
            (
                document.name,
                document._direct_true_type() if true_types else document._direct_type(),
                document.raw or b"",
            )
            for document in documents
        ]

    def _direct_type(self) -> str:
        """The content type to send it with: the sender's own, or the one of what it is.

        What is stored is another one: Odoo keeps XML as plain text, lest a browser runs it.
        """
        self.ensure_one()
        return self.direct_declared or self._direct_true_type()

    def _direct_true_type(self) -> str:
        """The content type of what it is, whatever its sender or a browser calls it."""
        return sent_as(self._direct_kind(), self.name)


def _is_cut_short(path, content):
    """Whether the file holds the beginning of the content and no more."""
    try:
        return path.stat().st_size < len(content) and content.startswith(path.read_bytes())
    except FileNotFoundError:
        return False
