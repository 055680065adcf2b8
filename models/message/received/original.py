from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from odoo import api, fields, models
from odoo.fields import Domain

from ....hisp.base import Item
from ....hisp.errors import HispError
from ....tools.files.kinds import Kind
from ....tools.instant import naive_utc
from ...core import relations
from ...core.batch import each_alone
from ...core.guarded import decides
from ...core.server import as_server

FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(days=1)
READ_AT_ONCE = 200


class DirectOriginal(models.Model):
    """What a provider handed over, byte by byte: kept before it is acknowledged or read.

    So nothing that arrived depends on whether it can be read today. What cannot be read is *stuck*
    here, with a sentence, and is tried again; nothing behind it waits for it.
    """

    _name = "direct.original"
    _inherit = "direct.guarded"
    _direct_keeps_files = True
    _description = "Original of What Arrived"
    _order = "id desc"
    _rec_name = "key"

    provider_id = fields.Many2one("direct.provider", required=True, readonly=True, index=True)
    queue = fields.Char(required=True, readonly=True, help="Where it waited at the provider.")
    key = fields.Char("Fetched As", required=True, readonly=True, help="Its name in that queue.")
    content_type = fields.Char(readonly=True)
    addresses = fields.Json(readonly=True, help="The Direct addresses whose mailbox it was in.")
    arrived_at = fields.Datetime("Arrived at the Provider", readonly=True)
    is_cut = fields.Boolean(
        "Incomplete", readonly=True, help="It is too large. Only its beginning was fetched."
    )
    attachment_id = fields.Many2one(
        "ir.attachment", "File", readonly=True, ondelete="restrict", copy=False
    )
    size = fields.Integer("Size (bytes)", readonly=True)
    sha256 = fields.Char("SHA-256", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Still at the provider"),
            ("fresh", "Not read yet"),
            ("read", "Read"),
            ("stuck", "Could not be read"),
            ("gone", "Removed at the provider"),
        ],
        required=True,
        readonly=True,
        default="fresh",
    )
    is_acknowledged = fields.Boolean(readonly=True)
    problem = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True)
    message_id = fields.Many2one("direct.message", readonly=True, index="btree_not_null")
    event_ids = relations.One2many("direct.message.event", "original_id")

    _place_unique = models.Constraint(
        "UNIQUE (provider_id, queue, key)", "What a provider hands over is kept once."
    )
    _unread = models.Index("(provider_id, id) WHERE state != 'read'")
    _unacknowledged = models.Index("(provider_id, queue, id) WHERE is_acknowledged IS NOT TRUE")

    # --- keeping -----------------------------------------------------------------------------

    @api.model
    def _keep(self, provider, items):
        """Keep what was fetched, each once. Acknowledge it after this is committed.

        :param items: list of `hisp.base.Item` with content
        """
        for item in items:
            values = {
                "content_type": item.content_type,
                "addresses": list(item.addresses),
                "arrived_at": naive_utc(item.at),
                "is_cut": item.is_cut,
                "size": len(item.content),
                "sha256": sha256(item.content).hexdigest(),
                "state": "fresh",
                "problem": False,
                "attempts": 0,
                "next_attempt_at": False,
            }
            original = self._of(provider, item)
            original.write(values)
            original.attachment_id = original._store(item.content)

    def _store(self, content):
        return as_server(self.env["ir.attachment"]).create(
            {
                "name": self.env._("Original Message") + _extension(self.content_type),
                "raw": content,
                "direct_kind": Kind.OTHER.value,  # whatever is in it: no browser shows it
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    @api.model
    def _known(self, provider, queue, items):
        """Return what is recorded of these items, by their keys."""
        found = self.search(
            [
                ("provider_id", "=", provider.id),
                ("queue", "=", queue),
                ("key", "in", [item.key for item in items]),
            ]
        )
        return {original.key: original for original in found}

    @api.model
    def _of(self, provider, item):
        """Return the record of an item; a new one if there is none."""
        known = self._known(provider, item.queue, [item])
        return known.get(item.key) or self._as_server().create(
            {
                "provider_id": provider.id,
                "queue": item.queue,
                "key": item.key,
                "state": "waiting",
            }
        )

    def _place(self) -> Item:
        """Return what names it at the provider, as an adapter takes it, without its content."""
        self.ensure_one()
        return Item(
            queue=self.queue,
            key=self.key,
            content_type=self.content_type or "",
            addresses=tuple(self.addresses or ()),
            at=self.arrived_at,
            is_cut=self.is_cut,
        )

    @api.model
    def _could_not_be_fetched(self, provider, item, error):
        """Note that it waits at the provider, in words without content, and when to try again."""
        self._of(provider, item)._postpone(provider._sentence(error))

    def _is_paused(self):
        """Whether it waits at the provider and is not to be fetched yet."""
        return bool(self.next_attempt_at and self.next_attempt_at > fields.Datetime.now())

    def _set_gone(self):
        """Note that what could not be fetched is not there any more."""
        self.write(
            {
                "state": "gone",
                "problem": self.env._(
                    "This message was removed at the Direct provider before it could be fetched."
                ),
                "next_attempt_at": False,
            }
        )

    def _postpone(self, problem):
        for original in self:
            pause = min(FIRST_PAUSE * 2 ** min(original.attempts, 20), LONGEST_PAUSE)
            original.write(
                {
                    "problem": problem,
                    "attempts": original.attempts + 1,
                    "next_attempt_at": fields.Datetime.now() + pause,
                }
            )

    # --- reading -----------------------------------------------------------------------------

    @api.model
    def _read_what_waits(self):
        """Read what was kept and not read yet, and try again what is due of what is stuck."""
        now = fields.Datetime.now()
        due = Domain("state", "in", ("fresh", "stuck")) & (
            Domain("next_attempt_at", "=", False) | Domain("next_attempt_at", "<=", now)
        )
        self.search(due, order="id", limit=READ_AT_ONCE)._read_all()

    def _read_all(self):
        """Read these, each for itself: one that cannot be read is stuck, the others go on."""
        for original in self:
            for each in each_alone(self.env, [original], type(self)._read_one):
                if not each.is_passing:
                    original.state = "stuck"
                original._postpone(self._sentence(each.error))
            self.env["ir.cron"]._commit_progress()

    def _reading(self):
        """Return what the adapter of today reads in it (`hisp.base.Reading`)."""
        content = self.attachment_id.raw or b""
        if len(content) != self.size:
            raise OSError  # the file store is away: it is read once it is back
        return self.provider_id._adapter().read_item(replace(self._place(), content=content))

    def _read_one(self):
        reading = self._reading()
        self._set_read()
        events = self.env["direct.message.event"]
        events._store(self.provider_id, reading.events, self)
        # A notice about one of ours is on its timeline: nobody has to read it as a message
        if reading.message and not events._stored(self.provider_id, reading.events)._messages():
            self.message_id = self.env["direct.message"]._arrive(self, reading.message)

    def _set_read(self):
        self.write({"state": "read", "problem": False, "next_attempt_at": False})

    @api.model
    def _sentence(self, error):
        if isinstance(error, HispError):
            return self.provider_id._sentence(error)
        return self.env._(
            "This message arrived but could not be read. Its original is kept here and is read"
            " again automatically."
        )

    @decides()
    def action_download(self):
        """Open the original as a file."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": self._url(), "target": "download"}

    def _url(self):
        return f"/web/content/{self.attachment_id.id}?download=true"

    @decides()
    def action_try_again(self):
        """Try at once."""
        self.env["direct.feed"].check_access("read")  # an administrator's matter
        self.check_access("read")
        self.sudo().next_attempt_at = fields.Datetime.now()
        self.env.ref("direct_messaging.ir_cron_poll").sudo()._trigger()


def _extension(content_type):
    return {"message/rfc822": ".eml", "application/json": ".json"}.get(content_type, ".bin")
