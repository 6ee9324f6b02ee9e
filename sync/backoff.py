"""When to try again: from the CRM's own answer where it gives one, and for the whole tenant where it is not at fault
for one row."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import InterfaceError, OperationalError

from app.crm.port import AuthExpired, CrmError, Forbidden, RateLimited
from app.ground.log import get_logger
from app.storage import fault
from app.storage.fault import Work
from sync.deps import Agent

FIRST = timedelta(seconds=2)
LONGEST = timedelta(minutes=10)
"""A CRM that is down for hours is asked six times an hour, so that its return is noticed soon enough."""

SET_ASIDE_AFTER = 5
"""Attempts that fail for a reason nobody foresaw; after that a row waits for a person, or for a newer release."""

MOST_TRIES = 24
"""Calls spent on finding the bad one of a batch: one in a hundred takes fifteen. The rest waits for the next."""

DATABASE_AWAY = (OperationalError, InterfaceError)
"""What SQLAlchemy raises for a database that does not answer, or has no room."""

NOT_ITS_FAULT = (*DATABASE_AWAY, BaseTimeoutException, MemoryError)
"""The database is full or away, or the job's time is over: that says nothing about the row being worked on."""

log = get_logger(__name__)
T = TypeVar("T")


def delay(attempts: int, error: CrmError | None = None) -> timedelta:
    """How long to wait after the given number of attempts: what the CRM asked for, or twice as long each time, with
    a fifth of chance so that a crowd does not return at once."""
    if isinstance(error, RateLimited):
        return timedelta(seconds=max(1.0, error.retry_after)) * (1 + random.random() / 5)  # noqa: S311 - only jitter
    doubled: timedelta = FIRST * 2 ** min(max(attempts, 1) - 1, 12)
    wait: timedelta = min(doubled, LONGEST)
    return wait * (1 + random.random() / 5)  # noqa: S311


def comes_back(error: CrmError) -> bool:
    """Whether the same call may succeed later. If not, something in it will never be taken."""
    return error.retry or isinstance(error, AuthExpired)


@dataclass(slots=True)
class Divided(Generic[T]):
    """`failed` stand alone with what was raised for them; `untried` wait for the next round; `stopped` is what kept
    the CRM from answering at all."""

    failed: list[tuple[T, Exception]] = field(default_factory=list)
    untried: list[T] = field(default_factory=list)
    stopped: CrmError | None = None


def divide(
    items: Sequence[T],
    attempt: Callable[[Sequence[T]], None],
    stops: Callable[[CrmError], bool] = comes_back,
) -> Divided[T]:
    """Tries `attempt` with all items and, where it fails, with halves, until those that make it fail stand alone: one
    bad row never holds up its batch. Errors of the CRM that `stops` knows end it all; a missing right fails its part
    as a whole. Raises what is not the rows' fault."""
    found: Divided[T] = Divided()
    waiting = [list(items)] if items else []
    tries = 0
    while waiting:
        part = waiting.pop(0)
        if tries >= MOST_TRIES:
            found.untried += part
            continue
        tries += 1
        try:
            attempt(part)
        except NOT_ITS_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other rows go on
            if isinstance(error, CrmError) and stops(error):
                found.stopped = error
                found.untried += [item for rest in (part, *waiting) for item in rest]
                return found
            if len(part) == 1 or isinstance(error, Forbidden):
                found.failed += [(item, error) for item in part]
            else:
                middle = len(part) // 2
                waiting[:0] = [part[:middle], part[middle:]]
    return found


def note_fault(agent: Agent, tenant_id: str, work: Work, key: str, error: Exception) -> int:
    """Counts and logs a failure that nobody foresaw; how often it has happened to this row by now."""
    log.error("agent.fault", tenant=tenant_id, work=str(work), key=key, exc_info=error)
    with agent.database.write() as connection:
        return fault.note(connection, tenant_id, work, key, sentence_of(error), agent.clock())


def sentence_of(error: Exception) -> str:
    """What a person is told: a CRM's own words, never the inside of a fault of ours, which may hold anything."""
    if isinstance(error, CrmError):
        return error.message
    return f"Alongside could not process this because of a fault of its own ({type(error).__name__})."
