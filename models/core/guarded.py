from functools import wraps
from typing import NamedTuple

from odoo import api, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from .audit import Subject
from .server import as_server, clean_context, is_server, own_context
from .turns import take_turns

_lt = LazyTranslate(__name__)


class Writable(NamedTuple):
    """Fields that may be written from outside: by RPC, a form, an import.

    :param fields: their names, with spaces between
    :param group: XML id of the group whose members may; None: whoever may write the record
    :param once: only when the record is made, not afterwards
    """

    fields: str
    group: str | None = None
    once: bool = False


def decides(*kept):
    """Have a method decide in a context of its own, where nothing that a caller put there counts.

    For each public method that changes, sends, signs or tells something. What a window passes in
    the context for this very method is named.

    :param str kept: keys of the caller's context that the method reads
    """

    def decorate(method):
        @wraps(method)
        def in_own_context(self, *args, **kwargs):
            own, audit = own_context(self, *kept), self.env["direct.audit"]
            if is_server(self.env):
                return method(own, *args, **kwargs)  # a part of what was called from outside
            try:
                result = method(own, *args, **kwargs)
            except UserError as refusal:
                audit._record(method.__name__, own, refused=refusal)
                raise
            audit._record(method.__name__, own)
            return result

        in_own_context.decides = True
        return in_own_context

    return decorate


class DirectGuarded(models.AbstractModel):
    """What may be written from outside is declared; all else changes only by methods that check.

    A model says three things, and an addon that extends it can add to them:

    - ``_writable``: the fields that may be written from outside, and by whom. The tables of all
      classes of a model count together. A field that is in none of them is read only: in forms, by
      RPC, in imports and copies. A default for it is the field's own: what a person chose as
      default, or a caller put into the context, does not count.
    - ``_drafts``: the states in which a record may still be changed and deleted, with ``_state``,
      the path to its state, and ``_final``, what is said afterwards.
    - ``_server_changes``: what even the server may change of a record that is final.

    Superuser mode (``sudo``) is how methods that have checked change the rest.
    """

    _name = "direct.guarded"
    _description = "Written from Outside Only as Declared"

    _writable: tuple[Writable, ...] = ()
    _guarded_prefix = ""
    """Of models that are not ours: how the names of our fields in them begin."""

    _drafts: tuple[str, ...] | None = None
    """None: it is never final. Empty: it is final from the beginning."""
    _state = "state"
    """With a path, such as ``note_id.state``, the record is a part of what the path begins with."""
    _final = _lt("This is a record. It can't be changed or deleted.")
    _server_changes: str | None = None
    """Names of fields, with spaces between; None: the server may change all."""

    _audited = Subject("other")
    """How it stands in the audit trail, where the trail's own table doesn't say it."""

    def _as_server(self):
        """Return the records in superuser mode, where no default of a person counts."""
        return as_server(self)

    # --- what is declared --------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _declared(self) -> dict[str, Writable]:
        """Return the row of each field that may be written from outside, by its name."""
        return {
            name: row
            for definition in reversed(type(self).mro())
            for row in vars(definition).get("_writable", ())
            for name in row.fields.split()
        }

    def _may_be_written(self, name) -> bool:
        """Whether the user may write this field from outside, as far as it is declared."""
        if not name.startswith(self._guarded_prefix):
            return True
        row = self._declared().get(name)
        if not row or (row.once and self._ids):
            return False
        return not row.group or self.env.user.has_group(row.group)

    def _has_field_access(self, field, operation):
        # OVERRIDE base: forms show as read only what cannot be written
        return super()._has_field_access(field, operation) and (
            operation != "write" or self.env.su or self._may_be_written(field.name)
        )

    def _check_field_access(self, field, operation):
        # OVERRIDE base: says it in words
        if operation == "write" and not self.env.su and not self._may_be_written(field.name):
            refusal = AccessError(
                self.env._(
                    "These fields can't be changed directly: %s",
                    field.get_description(self.env, ["string"])["string"],
                )
            )
            self.env["direct.audit"]._record("write", self, [field.name], refused=refusal)
            raise refusal
        return super()._check_field_access(field, operation)

    # --- what comes from outside -------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            created = super().create(vals_list)
            self.env["direct.audit"]._record("create", created)
            return created
        new = self.browse()
        new._check_names(name for vals in vals_list for name in vals)
        new._check_links(vals_list)
        created = super(DirectGuarded, new._without_caller()).create(vals_list)
        created._tell_whole()
        created._check_not_final()
        self.env["direct.audit"]._record("create", created)
        return created.with_env(self.env)

    def write(self, vals):
        if self.env.su:
            if self._server_changes is not None and vals.keys() - self._server_changes.split():
                self._check_not_final()
            self.env["direct.audit"]._record("write", self, vals)
            return super().write(vals)
        self.check_access("write")
        self._check_names(vals)
        self._check_links([vals])
        self.env["direct.audit"]._record("write", self, vals)
        if self._guarded_prefix:
            return super().write(vals)
        self._tell_whole()
        self._check_not_final()
        written = super(DirectGuarded, self._without_caller()).write(vals)
        # The rules hold for what it is now as well: nothing is moved to where one may not write
        self.check_access("write")
        self._check_not_final()
        return written

    def unlink(self):
        # Not in a method of `ondelete`, which a caller can skip with `_force_unlink`
        if not self.env.su:
            self.check_access("unlink")
        if not self._guarded_prefix:
            self._tell_whole()
            self._check_not_final()
        self.env["direct.audit"]._record("unlink", self)
        return super(DirectGuarded, self._without_caller()).unlink()

    def _read_format(self, fnames, load="_classic_read"):
        # OVERRIDE base: what every way to read records by RPC ends in
        if not self.env.su:
            self.env["direct.audit"]._record("read", self, fnames)
        return super()._read_format(fnames, load)

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        # OVERRIDE base
        if _is_toplevel_call:
            names = [path[0] for path in fields if path]
            self.env["direct.audit"]._record("export", self, names)
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)

    def copy_data(self, default=None):
        # OVERRIDE base: a copy is a new record; what is not written from outside begins anew
        copies = super().copy_data(default)
        if self.env.su:
            return copies
        new, given = self.browse(), default or {}
        return [
            copy
            and {
                name: value
                for name, value in copy.items()
                if name in given or new._may_be_written(name)
            }
            for copy in copies
        ]

    def onchange(self, values, field_names, fields_spec):
        # OVERRIDE web: what is computed for a form follows what is stored, not what a caller says
        # is stored. What was computed before is compared with, and follows nothing.
        closed = {
            name
            for name in values
            if (field := self._fields.get(name))
            and name != "id"
            and (field.relational or not field.compute)
            and not self._is_open(name)
        }
        self._check_links([{name: values[name] for name in values.keys() - closed}])
        stored = {} if self else self.default_get(sorted(closed))
        values = {name: value for name, value in values.items() if name not in closed} | stored
        return super().onchange(
            values, [name for name in field_names if name not in closed], fields_spec
        )

    @api.model
    def default_get(self, fields):
        # OVERRIDE base: a person's default, or one in the context, is for what a person may write
        own = [name for name in fields if name in self._fields and not self._is_open(name)]
        defaults = super().default_get([name for name in fields if name not in own])
        for name in own:
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(self), self, validate=False)
                defaults[name] = field.convert_to_write(value, self)
        return defaults

    def _is_open(self, name) -> bool:
        """Whether what is said from outside counts for this field."""
        is_ours = name.startswith(self._guarded_prefix)
        return not is_ours or (not self.env.su and self._may_be_written(name))

    def _check_names(self, names):
        for name in dict.fromkeys(names):
            if name in self._fields:
                self._check_field_access(self._fields[name], "write")

    def _check_links(self, vals_list):
        """Refuse links to records that the user may not read: a link tells their names."""
        for name, value in (pair for vals in vals_list for pair in vals.items()):
            field = self._fields.get(name)
            if (
                field
                and field.type == "many2one"
                and name.startswith(self._guarded_prefix)
                and value
                and isinstance(value, int)
            ):
                self.env[field.comodel_name].browse(value).check_access("read")

    def _without_caller(self):
        """Return the records without what a caller said by the context, but for open defaults."""
        defaults = {
            key: value
            for key, value in self.env.context.items()
            if key.startswith("default_") and self._is_open(key.removeprefix("default_"))
        }
        if self._guarded_prefix:
            others = {k: v for k, v in self.env.context.items() if not k.startswith("default_")}
            return self.with_env(self.env(context=others | defaults))
        return self if self.env.su else clean_context(self).with_context(**defaults)

    # --- final -------------------------------------------------------------------------------

    def _check_not_final(self):
        """Refuse what would change or delete a record that is final."""
        if self._drafts is None or not self:
            return
        if not self._drafts or set(self.sudo().mapped(self._state)) - set(self._drafts):
            raise UserError(self.env._(self._final))

    def _tell_whole(self):
        whole = self._state.rpartition(".")[0]
        if whole and self._drafts is not None:
            self.sudo().mapped(whole)._part_changed()

    def _part_changed(self):
        """A part of these records is made, changed or deleted, such as a line of a note.

        Whoever does that and whoever decides about the whole take turns.
        """
        take_turns(self)
