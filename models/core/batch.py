"""One that breaks stands alone: the one way in which this addon works through many things."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from psycopg2 import OperationalError

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Broken:
    """What could not be done, and why. Its text may hold content: show and log the type only."""

    thing: Any
    error: Exception

    @property
    def is_passing(self) -> bool:
        """Whether the database was not to be had just now: worth trying again, and nobody's fault.

        Somebody else changed or held the same row, the disk was full, the server went away. Of an
        error that says so in words it is what it was made from.
        """
        passing = (OperationalError, OSError)
        return isinstance(self.error, passing) or isinstance(self.error.__context__, passing)


def each_alone(env, things: Iterable, step: Callable[[Any], Any]) -> list[Broken]:
    """Do `step` for each thing in a savepoint of its own; return what broke.

    A thing that breaks leaves nothing behind, and the others go on. What is no fault of a passing
    moment is logged by its type, never by its text, which may hold what a patient's document says.
    """
    broken = []
    for thing in things:
        try:
            with env.cr.savepoint():
                step(thing)
        except Exception as error:  # noqa: BLE001 - that is what this is for
            broken.append(Broken(thing, error))
            if not broken[-1].is_passing:
                _logger.error("%s: %s", step.__qualname__, type(error).__name__)
    return broken


def together(env, things: list, step: Callable[[list], Any]) -> list[Broken]:
    """Do `step` for all things at once, which is cheapest; if that breaks, for each alone."""
    if not things:
        return []
    try:
        with env.cr.savepoint():
            step(things)
    except Exception:  # noqa: BLE001 - which of them it was shows below
        return each_alone(env, [[thing] for thing in things], step)
    return []
