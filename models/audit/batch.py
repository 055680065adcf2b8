import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, config

from ...tools import audit_chain
from ..core.groups import MANAGER
from ..core.guarded import decides
from ..core.server import as_server
from .entry import KEPT_YEARS

_logger = logging.getLogger(__name__)

SAFETY = timedelta(seconds=1)  # clocks of PostgreSQL's processes are one; this costs nothing
ROWS = SQL(", ").join(SQL.identifier(name) for name in audit_chain.COLUMNS)


class DirectAuditBatch(models.Model):
    """A sealed stretch of the audit trail; see `tools/audit_chain.py`."""

    _name = "direct.audit.batch"
    _description = "Sealed Part of the Audit Trail"
    _auto = False  # made by direct.audit.entry, which its triggers need
    _order = "id desc"
    _rec_name = "digest"

    sealed_from = fields.Datetime("From", readonly=True)
    sealed_until = fields.Datetime("Until", readonly=True)
    entries = fields.Integer("Lines", readonly=True)
    previous = fields.Char("Previous Digest", readonly=True)
    digest = fields.Char(readonly=True)

    @api.model
    def _seal(self):
        """Cron: seal what was recorded since the last time, and keep the digest elsewhere."""
        until = self._settled_until()
        # A new snapshot: all that began before `until` has ended, and is seen from now on
        self.env["ir.cron"]._commit_progress()
        batch = self._seal_until(until)
        self.env["ir.cron"]._commit_progress()
        if batch:
            self._anchor(batch)
        self._forget_old()

    @api.model
    def _settled_until(self) -> datetime:
        """Return the moment before which no line can appear any more.

        A transaction that is still open began before the lines that it writes.
        """
        [[until]] = self.env.execute_query(
            SQL(
                "SELECT least(clock_timestamp(), min(xact_start)) AT TIME ZONE 'UTC'"
                " FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        return until - SAFETY

    @api.model
    def _seal_until(self, until) -> audit_chain.Batch | None:
        last = self._last()
        since, previous = (
            (last.sealed_until, last.digest) if last else (self._first(), audit_chain.FIRST)
        )
        if until <= since:
            return None
        digest, entries = audit_chain.digest(previous, since, until, self._rows(since, until))
        if not entries:
            return None
        values = (since, until, entries, previous, digest)
        [[id_]] = self.env.execute_query(
            SQL(
                "INSERT INTO direct_audit_batch"
                " (sealed_from, sealed_until, entries, previous, digest) VALUES %s RETURNING id",
                values,
            )
        )
        return audit_chain.Batch(id_, *values)

    @api.model
    def _first(self) -> datetime:
        [[first]] = self.env.execute_query(SQL("SELECT min(at) FROM direct_audit_entry"))
        return first or datetime.max

    @api.model
    def _last(self) -> audit_chain.Batch | None:
        rows = self._batches(SQL("ORDER BY id DESC LIMIT 1"))
        return rows[0] if rows else None

    @api.model
    def _batches(self, which) -> list[audit_chain.Batch]:
        query = SQL(
            "SELECT id, sealed_from, sealed_until, entries, previous, digest"
            " FROM direct_audit_batch %s",
            which,
        )
        return [audit_chain.Batch(*row) for row in self.env.execute_query(query)]

    @api.model
    def _rows(self, since, until) -> list[tuple]:
        return self.env.execute_query(
            SQL(
                "SELECT %s FROM direct_audit_entry WHERE at >= %s AND at < %s ORDER BY at, id",
                ROWS,
                since,
                until,
            )
        )

    @api.model
    def _verify(self) -> list[audit_chain.Finding]:
        """Return what is wrong with the trail, by its chain and by the digests kept in a file."""
        kind, _colon, place = self._anchor_setting().partition(":")
        anchors = {}
        if kind == "file" and (path := Path(place)).exists():
            anchors = audit_chain.read_anchors(path.read_text().splitlines())
        return list(
            audit_chain.verify(
                self._batches(SQL("ORDER BY id")),
                lambda batch: self._rows(batch.sealed_from, batch.sealed_until),
                anchors,
                self._kept_since(),
            )
        )

    # --- kept elsewhere ----------------------------------------------------------------------

    @api.model
    def _anchor_setting(self) -> str:
        # Not in the database: whoever rewrites the trail there cannot silence it
        return (
            os.environ.get("DIRECT_MESSAGING_AUDIT_ANCHOR")
            or config.get("direct_messaging_audit_anchor")
            or "log"
        )

    @api.model
    def _anchor(self, batch):
        """Keep the digest of a batch outside the database, as the server's settings say."""
        kind, _colon, place = self._anchor_setting().partition(":")
        keep = {"file": self._anchor_in_file, "mail": self._anchor_by_mail}.get(kind)
        _logger.info("%s", audit_chain.anchor_line(batch))
        if keep:
            keep(batch, place)

    def _anchor_in_file(self, batch, place):
        try:
            with Path(place).open("a") as file:
                file.write(f"{audit_chain.anchor_line(batch)}\n")
        except OSError as error:
            _logger.error(
                "The audit trail's digest could not be kept in the file: %s", error.strerror
            )

    def _anchor_by_mail(self, batch, place):
        # Once a day: the first batch of each
        if batch.sealed_from.date() < batch.sealed_until.date():
            as_server(self.env["mail.mail"]).create(
                {
                    "email_to": place,
                    "subject": self.env._("Digest of the audit trail"),
                    "body_html": audit_chain.anchor_line(batch),
                }
            ).send_after_commit()

    # --- no longer kept ----------------------------------------------------------------------

    @api.model
    def _kept_since(self) -> datetime:
        return fields.Datetime.now() - relativedelta(years=KEPT_YEARS)

    @api.model
    def _forget_old(self):
        """Delete lines that are older than they are kept; the digests of their batches stay."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM direct_audit_entry WHERE id IN (SELECT id FROM direct_audit_entry"
                " WHERE at < (SELECT max(sealed_until) FROM direct_audit_batch"
                " WHERE sealed_until < %s) ORDER BY at LIMIT 10000)",
                self._kept_since() - timedelta(days=1),
            )
        )

    # --- when the addon is uninstalled -------------------------------------------------------

    @api.model
    def _export_all(self, folder=None) -> Path:
        """Write lines and batches to CSV files in a folder, Odoo's data folder by default.

        For ten years somebody may ask for them.
        """
        stamp = f"{self.env.cr.dbname}-{fields.Datetime.now():%Y%m%d%H%M%S}"
        paths = []
        for table in ("direct_audit_entry", "direct_audit_batch"):
            path = Path(folder or config["data_dir"]) / f"{table}-{stamp}.csv"
            query = SQL("COPY %s TO STDOUT WITH CSV HEADER", SQL.identifier(table))
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
                self.env.cr._obj.copy_expert(query.code, file)
            _logger.info("The audit trail was exported to %s", path)
            paths.append(path)
        return paths[0]

    @api.model
    def _take_away(self):
        """Take away the functions of the triggers; the tables go with the models."""
        # Until then what is deleted still makes lines, and no trigger gives them a time any more
        self.env.cr.execute("ALTER TABLE direct_audit_entry ALTER at SET DEFAULT now()")
        for function in ("direct_audit_refuse", "direct_audit_stamp"):
            self.env.cr.execute(SQL("DROP FUNCTION IF EXISTS %s CASCADE", SQL.identifier(function)))

    # --- the button --------------------------------------------------------------------------

    @api.model
    @decides()
    def action_verify(self):
        """Say whether the trail still is what was recorded."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only administrators can verify the audit trail."))
        batches = self.sudo()._batches(SQL("ORDER BY id"))
        findings = self.sudo()._verify()
        notify = self.env["direct.provider"]._notify
        if findings:
            texts = [f"{finding.batch}: {finding.text}" for finding in findings[:5]]
            return notify(
                "danger", self.env._("The audit trail was tampered with"), "\n".join(texts)
            )
        lines = sum(batch.entries for batch in batches)
        return notify(
            "success",
            self.env._("The audit trail is intact"),
            self.env._(
                "%(lines)s lines in %(batches)s batches.", lines=lines, batches=len(batches)
            ),
        )
