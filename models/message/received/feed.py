import logging
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from psycopg2 import OperationalError

from ....hisp import errors, side_by_side
from ...core.batch import together
from ...core.guarded import decides

# Failures in a row after which the provider itself is taken to be unwell
PATIENCE = 3
FIRST_PAUSE = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(minutes=10)
# After a wrong password: each further try may lock the mailbox
LONGEST_PAUSE_OF_ACCESS = timedelta(hours=12)
AT_ONCE = 200

_logger = logging.getLogger(__name__)


class _TimeIsOver(Exception):
    """The scheduled action has to end. It goes on where it was."""


class DirectFeed(models.Model):
    """How far a queue of a provider was read, such as a mailbox, and what is wrong with it.

    Every provider is a feed (`hisp.base.Hisp.feed`): what waits is fetched, kept, committed,
    acknowledged, and only then read. Queues are read side by side, so that one that is slow or
    locked keeps no other waiting.
    """

    _name = "direct.feed"
    _inherit = "direct.guarded"
    _description = "Queue at a Direct Provider"
    _order = "provider_id, queue"
    _rec_name = "queue"

    provider_id = fields.Many2one(
        "direct.provider", required=True, readonly=True, ondelete="cascade"
    )
    queue = fields.Char(required=True, readonly=True)
    state = fields.Text(readonly=True, help="Where the next reading begins.")
    read_at = fields.Datetime("Last Read", readonly=True)
    tried_at = fields.Datetime("Last Tried", readonly=True)
    problem = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime("Next Attempt", readonly=True)

    _queue_unique = models.Constraint(
        "UNIQUE (provider_id, queue)", "A queue is read from one place."
    )

    @api.model
    def _poll(self, providers):
        """Read all queues of `providers` to their end."""
        feeds = self.browse()
        for provider in providers:
            if not provider.practice_ids:
                continue  # nothing there is anybody's
            try:
                with closing(provider._hisp()) as hisp:
                    queues = hisp.queues()
            except (errors.HispError, UserError) as error:
                _logger.info("%s: %s", provider.name, type(error).__name__)
                for practice in provider.practice_ids:
                    practice._ask_administrator()
            else:
                feeds += self._of(provider, queues)
        self._commit()
        side_by_side.run(feed._job() for feed in feeds if feed._is_due())

    @api.model
    def _of(self, provider, queues):
        found = self.search([("provider_id", "=", provider.id), ("queue", "in", queues)])
        missing = [queue for queue in queues if queue not in found.mapped("queue")]
        return found + self._as_server().create(
            [{"provider_id": provider.id, "queue": queue} for queue in missing]
        )

    def _is_due(self):
        """Whether its pause is over, or what may have been wrong was changed since."""
        if not self.next_attempt_at or self.next_attempt_at <= fields.Datetime.now():
            return True
        accounts = self.env["direct.account"].search(
            [("practice_id.provider_id", "=", self.provider_id.id)]
        )
        changed = [self.provider_id.write_date, *accounts.mapped("write_date")]
        return any(at and at > self.tried_at for at in changed)

    @decides()
    def action_try_again(self):
        """Try at once."""
        self.check_access("read")
        self.sudo().next_attempt_at = False
        self.env.ref("direct_messaging.ir_cron_poll").sudo()._trigger()

    # --- one queue ---------------------------------------------------------------------------

    def _job(self):
        """Read the queue to its end: a job for `hisp.side_by_side`.

        What stands between two calls ends with a commit, so jobs never undo each other's work.
        """
        self.ensure_one()
        hisp = None
        try:
            self.tried_at = fields.Datetime.now()
            self._commit()
            try:
                hisp = self.provider_id._hisp()
                yield from self._read_to_the_end(hisp)
            except _TimeIsOver:
                self.env.ref("direct_messaging.ir_cron_poll")._trigger()
            except (errors.HispError, UserError) as error:
                self._note_problem(error)
            self._commit()
        except Exception as error:  # noqa: BLE001 - one queue never stops the others
            self.env.cr.rollback()
            # The exception's text could hold content, its type does not
            level = logging.INFO if isinstance(error, OperationalError) else logging.ERROR
            _logger.log(level, "%s: %s", self.provider_id.name, type(error).__name__)
            self._note_problem(errors.Busy(self.env._("Something went wrong on our server.")))
            self._commit()
        if hisp:
            yield hisp.close

    def _read_to_the_end(self, hisp):
        run = _Run()
        yield from self._catch_up(hisp, run)
        more = True
        while more:
            page = yield partial(hisp.feed, self.queue, self.state or "")
            moves = page.state != (self.state or "")
            is_new = yield from self._take(hisp, page.items, run)
            self.state = page.state
            # A page that brings nothing new and leads nowhere would come for ever
            more = page.more and (is_new or moves)
            if more:
                self._go_on()
        self.write(
            {
                "read_at": fields.Datetime.now(),
                "problem": run.problem and self.provider_id._sentence(run.problem),
                "attempts": 0,
                "next_attempt_at": False,
            }
        )

    def _catch_up(self, hisp, run):
        """Acknowledge what was kept and was not acknowledged; fetch again what is due."""
        mine = [("provider_id", "=", self.provider_id.id), ("queue", "=", self.queue)]
        now = fields.Datetime.now()
        for still in (
            [("is_acknowledged", "=", False), ("attachment_id", "!=", False)],
            [("state", "=", "waiting"), ("next_attempt_at", "<=", now)],
        ):
            found = self.env["direct.original"].search([*mine, *still], order="id", limit=AT_ONCE)
            yield from self._take(hisp, [original._place() for original in found], run)

    def _take(self, hisp, items, run):
        """Fetch, keep, commit, acknowledge, read; return whether there was anything to do.

        What cannot be fetched is noted, and the others go on.
        """
        originals = self.env["direct.original"]
        items = [item for item in items if item.key not in run.seen]
        run.seen.update(item.key for item in items)
        known = originals._known(self.provider_id, self.queue, items)
        is_kept = {key for key, original in known.items() if original.attachment_id}
        taken = [item for item in items if item.key in is_kept]
        items = [item for item in items if item.key not in is_kept]
        taken += self._keep([item for item in items if item.content is not None])
        for item in items:
            original = known.get(item.key, originals)
            if item.content is not None or original._is_paused():
                continue
            try:
                fetched = yield partial(hisp.fetch, item)
            except errors.NotFound:
                original._set_gone()
            except errors.HispError as error:
                originals._could_not_be_fetched(self.provider_id, item, error)
                run.refusals += error.temporary
                if run.refusals == PATIENCE:
                    raise
            else:
                run.refusals = 0
                taken += self._keep([fetched])
            self._go_on()
        self._commit()
        done, problem = yield partial(_acknowledge, hisp, taken)
        run.problem = problem or run.problem
        kept = originals.concat(*originals._known(self.provider_id, self.queue, done).values())
        kept = kept.sorted("id")  # as they came
        kept.filtered(lambda original: not original.is_acknowledged).is_acknowledged = True
        # A status that could not be stored before is an event by now
        kept.filtered(lambda original: original.state == "waiting")._set_read()
        self._commit()
        kept.filtered(lambda original: original.state == "fresh")._read_all()
        self.env["direct.message.event"]._handle_waiting()
        return bool(taken)

    def _keep(self, items):
        """Keep what was fetched; return what is here for good. One that breaks is noted."""
        broken = together(self.env, items, self._keep_all)
        for each in broken:
            sentence = self.env._("What arrived could not be stored on our server.")
            if each.is_passing:
                raise errors.Busy(sentence)
            error = errors.NotReadable(sentence)
            self.env["direct.original"]._could_not_be_fetched(
                self.provider_id, each.thing[0], error
            )
        lost = {each.thing[0].key for each in broken}
        return [item for item in items if item.key not in lost]

    def _keep_all(self, items):
        """Keep a status as the events that it is, everything else as it came."""
        adapter, events, whole = self.provider_id._adapter(), [], []
        for item in items:
            reading = item.is_status and _read(adapter, item)
            if reading:
                events += reading.events
            else:
                whole.append(item)
        self.env["direct.message.event"]._store(self.provider_id, events)
        self.env["direct.original"]._keep(self.provider_id, whole)

    # --- when it goes wrong ------------------------------------------------------------------

    def _note_problem(self, error):
        """Note what is wrong with this queue, and when to try again; others are read meanwhile."""
        is_access = isinstance(error, (errors.NeedsAdministrator, UserError))
        longest = LONGEST_PAUSE_OF_ACCESS if is_access else LONGEST_PAUSE
        pause = min(FIRST_PAUSE * 2 ** min(self.attempts, 20), longest)
        is_told = isinstance(error, errors.HispError)
        self.write(
            {
                "problem": self.provider_id._sentence(error) if is_told else str(error),
                "attempts": self.attempts + 1,
                "next_attempt_at": fields.Datetime.now() + pause,
            }
        )
        if is_access:
            for practice in self.provider_id.practice_ids:
                practice._ask_administrator()

    def _go_on(self):
        # Only after something was done that is not done again: else a slow provider is never read
        if not self._commit():
            raise _TimeIsOver

    def _commit(self):
        """Commit; return whether there is time left."""
        return self.env["ir.cron"]._commit_progress() > 0


@dataclass
class _Run:
    """What one reading of a queue remembers."""

    seen: set[str] = field(default_factory=set)
    refusals: int = 0
    problem: errors.HispError | None = None


def _read(adapter, item):
    try:
        return adapter.read_item(item)
    except Exception:  # noqa: BLE001 - then it is kept as it came, and reading it is noted there
        return None


def _acknowledge(hisp, items):
    """Acknowledge items; return those it is done with, and what went wrong with another."""
    done, problem, refusals = [], None, 0
    for item in items:
        try:
            # What is not there any more needs no acknowledging
            with suppress(errors.NotFound):
                hisp.acknowledge(item)
            done.append(item)
        except errors.HispError as error:
            problem, refusals = error, refusals + error.temporary
            if refusals == PATIENCE:
                break
    return done, problem
