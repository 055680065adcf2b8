import json
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...core.batch import each_alone
from ...core.guarded import decides
from ...core.server import as_server

# What is not the reading's, but follows from it or from who reads it
_FOLLOWS = ("partner_id", "has_documents")


class DirectMessage(models.Model):
    """The original of a message that arrived: downloaded, or read again by the reader of today.

    Whatever a reader missed is still in the original. Reading it again adds what is found now, and
    takes no document away: somebody may have filed it or passed it on.
    """

    _inherit = "direct.message"

    original_size = fields.Integer(
        "Size of the Original", compute="_compute_original_size", compute_sudo=True, help="Bytes."
    )

    @api.depends("original_ids.size")
    def _compute_original_size(self):
        for message in self:
            message.original_size = message._original().size

    def _original(self):
        """Return the `direct.original` that the message was read from, or none."""
        return self.original_ids.filtered("attachment_id").sorted("id")[:1]

    @decides()
    def action_download_original(self):
        """Open the original message as a file."""
        self.ensure_one()
        self.check_access("read")
        original = self._original()
        if not original:
            raise UserError(self.env._("The original of this message isn't stored here."))
        return original.action_download()

    @decides()
    def action_read_again(self):
        """Read messages again from their originals, and say what changed; nobody else is told."""
        self._check_incoming()
        changed = []
        broken = each_alone(self.env, self.sudo(), lambda one: changed.append(one._read_again()))
        changed = list(filter(None, changed))
        changed += [self.env._("%s couldn't be read.", each.thing.name) for each in broken]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if changed else "info",
                "title": self.env._("Read Again"),
                "message": " ".join(changed) or self.env._("Nothing changed."),
                "sticky": bool(changed),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _read_again(self) -> str:
        """Take over what the reader of today finds; return what changed as a sentence, or ""."""
        original = self._original()
        mail = original and original._reading().message
        if not mail:
            return ""
        values, documents, _said = self._reading_of(mail, self.company_id)
        changed = {name: value for name, value in values.items() if self._is_other(name, value)}
        labels = [
            self._fields[name].get_description(self.env, ["string"])["string"]
            for name in changed
            if name not in _FOLLOWS
        ]
        if "from_address" not in changed:
            changed.pop("partner_id", None)
        if not self.in_reply_to_id and self._answered_by(self.account_id, mail.in_reply_to):
            changed["in_reply_to_id"] = self._answered_by(self.account_id, mail.in_reply_to).id
            labels.append(self.env._("Answers"))
        if added := self._add_documents(documents):
            labels.append(self.env._("%s more documents", added))
        self.write(changed)
        if not labels:
            return ""
        # Names of fields alone: the timeline is shown where the content must not be
        self._put_on_timeline("read_again", ", ".join(labels))
        self._announce()
        return self.env._(
            "%(message)s changed: %(what)s.", message=self.name, what=", ".join(labels)
        )

    def _is_other(self, name, value):
        field, now = self._fields[name], self[name]
        if field.type == "many2one":
            now = now.id
        if field.type == "json":
            value = json.loads(json.dumps(value))
        return (now or False) != (value or False)

    def _add_documents(self, documents) -> int:
        """Keep the documents that are not here yet; return how many those are."""
        here = {attachment.direct_sha256: attachment for attachment in self.attachment_ids}
        kept, added = [], 0
        for document in documents:
            digest = sha256(document.content).hexdigest()
            if digest not in here:
                attachments = self.env["ir.attachment"]
                of_this = {"res_model": self._name, "res_id": self.id}
                here[digest] = as_server(attachments).create(
                    {**attachments._direct_values(document), **of_this}
                )
                added += 1
                if document.inside is not None:
                    here[digest].direct_inside_id = kept[document.inside]
            kept.append(here[digest])
        return added
