"""The chain of digests over the audit trail, and whether it still holds.

Lines are sealed in batches: all lines of a stretch of time, hashed together with the digest of the
batch before. So a line that is changed, deleted or put in later no longer fits its batch, and a
batch no longer fits the next one. The last digest, kept somewhere else (an *anchor*), shows when
the end of the chain was cut off or all of it written anew.

Plain Python without Odoo: the addon's button and ``bin/verify-audit`` use the same.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from .sentence import Sentence

FIRST = "0" * 64
ANCHOR = "audit-anchor "
# In the order in which they are hashed. A column that is added later goes to a new kind of batch.
COLUMNS = (
    *("id", "at", "user_id", "login", "for_user_id", "company_id", "patient_id", "model"),
    *("res_id", "category", "action", "detail", "origin", "outcome", "reason"),
)


class Batch(NamedTuple):
    """A sealed stretch of time: `sealed_from` <= at < `sealed_until`."""

    id: int
    sealed_from: datetime
    sealed_until: datetime
    entries: int
    previous: str
    digest: str


class Finding(NamedTuple):
    """What is wrong with the trail.

    `kind` is *changed* (content), *deleted*, *added*, *broken* (the chain itself) or *truncated*.
    """

    kind: str
    batch: int | None
    text: str


def digest(previous: str, start: datetime, end: datetime, rows: Iterable[tuple]) -> tuple[str, int]:
    """Return the digest of a batch, and its number of lines.

    :param rows: values of `COLUMNS`, in the order of at and id
    """
    found, number = hashlib.sha256(), 0
    found.update(f"{previous}\n{start.isoformat()}\n{end.isoformat()}\n".encode())
    for row in rows:
        found.update(json.dumps(row, default=_text, ensure_ascii=False).encode() + b"\n")
        number += 1
    return found.hexdigest(), number


def verify(
    batches: Iterable[Batch],
    rows_of: Callable[[Batch], Iterable[tuple]],
    anchors: Mapping[int, str] | None = None,
    kept_since: datetime | None = None,
) -> Iterator[Finding]:
    """Compare the trail with its chain.

    :param batches: all of them, in the order of their ids
    :param rows_of: returns the lines of a batch, as `digest` takes them
    :param anchors: digests that were kept elsewhere, by the id of their batch
    :param kept_since: older lines may have been deleted, as they are no longer kept
    """
    previous = None
    known = {}
    for batch in batches:
        known[batch.id] = batch.digest
        expected = previous.digest if previous else FIRST
        if batch.previous != expected or (previous and batch.sealed_from != previous.sealed_until):
            yield Finding("broken", batch.id, "It doesn't continue the batch before it.")
        previous = batch
        if kept_since and batch.sealed_until < kept_since:
            continue
        found, number = digest(
            batch.previous, batch.sealed_from, batch.sealed_until, rows_of(batch)
        )
        if number != batch.entries:
            kind = "deleted" if number < batch.entries else "added"
            yield Finding(
                kind,
                batch.id,
                Sentence(
                    "It has %(found)s lines instead of %(sealed)s.",
                    found=number,
                    sealed=batch.entries,
                ),
            )
        elif found != batch.digest:
            yield Finding("changed", batch.id, "A line was changed, or replaced by another.")
    for id_, anchored in (anchors or {}).items():
        if id_ not in known:
            yield Finding("truncated", id_, "The batch was anchored elsewhere and is gone.")
        elif known[id_] != anchored:
            yield Finding("broken", id_, "Its digest isn't the one that was anchored elsewhere.")


def read_anchors(lines: Iterable[str]) -> dict[int, str]:
    """Return the digests in the lines of an anchors' file or of a log, by the id of their batch."""
    found = {}
    for line in lines:
        _before, mark, rest = line.partition(ANCHOR)
        words = rest.split()
        if mark and len(words) >= 2 and words[0].isdigit():
            found[int(words[0])] = words[1]
    return found


def anchor_line(batch: Batch) -> str:
    """Return the line that is kept elsewhere."""
    return f"{ANCHOR}{batch.id} {batch.digest} {batch.sealed_until.isoformat()}"


def _text(value) -> str:
    return value.isoformat()
