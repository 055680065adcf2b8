from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.guarded import decides
from .subjects import ACTIONS, CATEGORIES

KEPT_YEARS = 10
# Also against superusers and replication (ENABLE ALWAYS). Whoever owns the tables can take it away,
# which the chain of digests shows (batch.py).
APPEND_ONLY = f"""
    CREATE OR REPLACE FUNCTION direct_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'direct_audit_entry' THEN
            IF OLD.at < (now() AT TIME ZONE 'UTC') - interval '{KEPT_YEARS} years' THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION 'The audit trail can only be added to.';
    END $$;
    CREATE OR REPLACE FUNCTION direct_audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- Never before what is sealed, should the server's clock be set back
        NEW.at := greatest(
            clock_timestamp() AT TIME ZONE 'UTC',
            (SELECT max(sealed_until) FROM direct_audit_batch)
        );
        RETURN NEW;
    END $$;
"""  # noqa: S608
TRIGGERS = """
    DROP TRIGGER IF EXISTS direct_audit_no_change ON %(table)s;
    DROP TRIGGER IF EXISTS direct_audit_no_truncate ON %(table)s;
    CREATE TRIGGER direct_audit_no_change BEFORE UPDATE OR DELETE ON %(table)s
        FOR EACH ROW EXECUTE FUNCTION direct_audit_refuse();
    CREATE TRIGGER direct_audit_no_truncate BEFORE TRUNCATE ON %(table)s
        FOR EACH STATEMENT EXECUTE FUNCTION direct_audit_refuse();
    ALTER TABLE %(table)s ENABLE ALWAYS TRIGGER direct_audit_no_change;
    ALTER TABLE %(table)s ENABLE ALWAYS TRIGGER direct_audit_no_truncate;
"""
TABLE = """
    CREATE TABLE IF NOT EXISTS direct_audit_entry (
        id bigserial PRIMARY KEY,
        at timestamp NOT NULL,
        user_id integer NOT NULL,
        login varchar,
        for_user_id integer,
        company_id integer,
        patient_id integer,
        model varchar NOT NULL,
        res_id integer,
        category varchar NOT NULL,
        action varchar NOT NULL,
        detail varchar,
        origin varchar,
        outcome varchar NOT NULL,
        reason varchar
    );
    CREATE INDEX IF NOT EXISTS direct_audit_entry_at ON direct_audit_entry (at);
    CREATE INDEX IF NOT EXISTS direct_audit_entry_record ON direct_audit_entry (model, res_id);
    CREATE INDEX IF NOT EXISTS direct_audit_entry_patient ON direct_audit_entry (patient_id)
        WHERE patient_id IS NOT NULL;
    CREATE TABLE IF NOT EXISTS direct_audit_batch (
        id serial PRIMARY KEY,
        sealed_from timestamp NOT NULL,
        sealed_until timestamp NOT NULL,
        entries integer NOT NULL,
        previous varchar NOT NULL UNIQUE,
        digest varchar NOT NULL
    );
    CREATE INDEX IF NOT EXISTS direct_audit_batch_until ON direct_audit_batch (sealed_until);
"""
STAMP = """
    DROP TRIGGER IF EXISTS direct_audit_stamp ON direct_audit_entry;
    CREATE TRIGGER direct_audit_stamp BEFORE INSERT ON direct_audit_entry
        FOR EACH ROW EXECUTE FUNCTION direct_audit_stamp();
    ALTER TABLE direct_audit_entry ENABLE ALWAYS TRIGGER direct_audit_stamp;
"""


class DirectAuditEntry(models.Model):
    """A line of the audit trail (ASTM E2147-18): who did what, when, to which record, from where.

    References only, no content. They are plain numbers without foreign keys, so that merging or
    deleting a contact or a user neither changes the trail nor is stopped by it.
    """

    _name = "direct.audit.entry"
    _description = "Line of the Audit Trail"
    _auto = False
    _order = "id desc"
    _rec_name = "at"

    at = fields.Datetime("When", readonly=True)
    user_id = fields.Many2one("res.users", "Who", readonly=True)
    login = fields.Char("Login at That Time", readonly=True)
    for_user_id = fields.Many2one("res.users", "On Behalf Of", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    patient_id = fields.Many2one("res.partner", readonly=True)
    model = fields.Char("Record Type", readonly=True)
    res_id = fields.Integer("Record ID", readonly=True)
    category = fields.Selection(list(CATEGORIES.items()), readonly=True)
    action = fields.Selection(list(ACTIONS.items()), readonly=True)
    detail = fields.Char(readonly=True, help="The fields that were changed, or what was done.")
    origin = fields.Char("From", readonly=True, help="Network address, and how Odoo was called.")
    outcome = fields.Selection([("done", "Done"), ("refused", "Refused")], readonly=True)
    reason = fields.Char(readonly=True, help="What refused it.")

    def init(self):
        self.env.cr.execute(TABLE)
        self.env.cr.execute(APPEND_ONLY)
        for table in ("direct_audit_entry", "direct_audit_batch"):
            self.env.cr.execute(SQL(TRIGGERS, table=SQL.identifier(table)))
        self.env.cr.execute(STAMP)

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        # OVERRIDE base: taking lines of the trail away is on the trail as well
        if _is_toplevel_call:
            self.env["direct.audit"]._record("export", self)
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    @decides()
    def action_open_record(self):
        """Open the record that this line is about, as far as the user may read it."""
        self.ensure_one()
        record = self.model in self.env and self.env[self.model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("This record no longer exists."))
        record.check_access("read")
        return record._get_records_action()
