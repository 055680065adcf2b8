import logging

from odoo import api, models
from odoo.http import request
from odoo.modules.registry import Registry

from .subjects import CALLS, NOTES, QUIET, action_of, subject_of

_logger = logging.getLogger(__name__)

_WAITING, _REFUSED = "direct_audit", "direct_audit_refused"
COLUMNS = (
    *("user_id", "login", "for_user_id", "company_id", "patient_id", "model", "res_id"),
    *("category", "action", "detail", "origin", "outcome", "reason"),
)
_INSERT = f"INSERT INTO direct_audit_entry ({', '.join(COLUMNS)}) VALUES %s"  # noqa: S608
SEALED = "_sealed"
MAX_DETAIL = 250


class DirectAudit(models.AbstractModel):
    """Writes the trail: in the same transaction as what was done, all of it at once at its end.

    So what is rolled back, a savepoint's too, leaves no line. A refusal does: it is written by a
    transaction of its own, whatever becomes of the one that was refused.
    """

    _inherit = "direct.audit"

    @api.model
    def _record(self, action, records, names=(), refused=None):
        super()._record(action, records, names, refused)
        subject = subject_of(records)
        if refused is None and not self._counts(action, records, names, subject):
            return
        if refused is None and records._name == "res.partner":
            records = self._of_interest(records, action, names)
        rows = [self._row(action, each, names, refused, subject) for each in records or [records]]
        if refused is None:
            self._write_later(rows)
        else:
            self._write_anyway(rows)

    def _counts(self, action, records, names, subject) -> bool:
        """Whether it is recorded that this was done."""
        if action in QUIET or records._abstract:
            return False
        if action == "read":
            is_seen = not set(subject.contents.split()).isdisjoint(names)
            is_partner = records._name == "res.partner"
            return is_seen and (not is_partner or bool(self._of_interest(records, action, names)))
        if action not in ("create", "write", "unlink"):
            return bool(records)
        if records.env.su and (not subject.by_server or (names and NOTES.issuperset(names))):
            return False
        prefix = records._guarded_prefix
        if not prefix or action == "unlink":
            return True
        # Odoo's own models: what is ours of them, and all of a patient
        return any(name.startswith(prefix) for name in names) or bool(
            self._of_interest(records, action, names)
        )

    def _of_interest(self, records, action, names):
        """Of contacts: patients, and whoever has one of our fields changed."""
        if records._name != "res.partner":
            return records.browse()
        if action == "write" and any(name.startswith("direct_") for name in names):
            return records
        return records.sudo().filtered("direct_is_patient").with_env(records.env)

    def _row(self, action, record, names, refused, subject):
        env = record.env
        # What was refused need not exist
        record_sudo = record.sudo().exists() if refused else record.sudo()
        names = sorted(name for name in names if isinstance(name, str))
        category = subject.category
        if any(name.endswith(SEALED) or name in _secrets(record) for name in names):
            category = "secret"
        done = action_of(action)
        detail = "" if done == "view" else ", ".join(names)
        return (
            env.uid,
            env.user.sudo().login,
            _at(record_sudo, subject.owner, env.uid),
            _company(record_sudo) or env.company.id,
            _at(record_sudo, subject.patient),
            record._name,
            record.id or None,
            category,
            done,
            (detail or ("" if action in CALLS else action))[:MAX_DETAIL],
            _origin(),
            "refused" if refused else "done",
            type(refused).__name__ if refused else "",
        )

    def _write_later(self, rows):
        cr = self.env.cr
        if cr.readonly:
            self._write_anyway(rows)  # on a replica, where nothing can be rolled back
            return
        waiting = cr.precommit.data.get(_WAITING)
        if waiting is None:
            waiting = cr.precommit.data[_WAITING] = {}
            cr.precommit.add(lambda: _write(cr, cr.precommit.data.pop(_WAITING, ())))
        # A dictionary: the same, twice in one call, is one line
        waiting.update(dict.fromkeys(rows))

    def _write_anyway(self, rows):
        cr = self.env.cr
        refused = cr.postrollback.data.get(_REFUSED)
        if refused is None:
            refused = []
            for moment in (cr.postrollback, cr.postcommit):
                moment.data[_REFUSED] = refused
                moment.add(lambda: _write_apart(cr.dbname, refused))
        refused.extend(rows)


def _write(cr, rows):
    if rows:
        cr.execute_values(_INSERT, list(rows))


def _write_apart(dbname, rows):
    """Write with a transaction of its own. It must not fail for whoever was refused already."""
    if not rows:
        return
    try:
        with Registry(dbname).cursor() as cr:
            cr.execute_values(_INSERT, rows)
        rows.clear()
    except Exception as error:  # noqa: BLE001
        _logger.error("The audit trail could not be written: %s", type(error).__name__)


def _secrets(record):
    secrets = getattr(record, "_secret_inputs", None)
    return secrets() if secrets else ()


def _at(record_sudo, path, default=None):
    """The id at the end of `path`, or `default`; a patient is only who is one."""
    if not path or not record_sudo:
        return default
    end = record_sudo if path == "id" else record_sudo.mapped(path)[:1]
    if path == "id" and not end.direct_is_patient:
        return default
    return end.id or default


def _company(record_sudo):
    if record_sudo._name == "res.company":
        return record_sudo.id
    return "company_id" in record_sudo._fields and record_sudo.company_id.id


def _origin() -> str:
    """Where it comes from: the address of the caller and the kind of call, or this server."""
    if not request:
        return "server"
    path = request.httprequest.path
    kind = next((kind for part, kind in ORIGINS.items() if path.startswith(part)), "web")
    return f"{request.httprequest.remote_addr} {kind}"


ORIGINS = {
    "/json/2": "json-2",
    "/xmlrpc": "rpc",
    "/jsonrpc": "rpc",
    "/direct_messaging/callback": "callback",
}


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _make_access_error(self, operation, records):
        # OVERRIDE base: only called for what is refused
        refusal = super()._make_access_error(operation, records)
        if records._name.startswith("direct."):
            self.env["direct.audit"]._record(
                OPERATIONS[operation], records.with_env(self.env), refused=refusal
            )
        return refusal


class IrModelAccess(models.Model):
    _inherit = "ir.model.access"

    def _make_access_error(self, model, mode):
        refusal = super()._make_access_error(model, mode)
        if model.startswith("direct."):
            self.env["direct.audit"]._record(OPERATIONS[mode], self.env[model], refused=refusal)
        return refusal


OPERATIONS = {"read": "read", "write": "write", "create": "create", "unlink": "unlink"}
