"""All that changed since the last round, in as few calls as a CRM allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from app.crm.port import Changes, Crm, TaskState
from app.domain.record import ObjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What to ask one kind's changes for, as `Crm.changes` takes it."""

    cursor: str | None
    fields: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One page of every feed, and our steps that changed, with the cursor behind them."""

    changes: Mapping[ObjectKind, Changes]
    tasks: Sequence[TaskState]
    tasks_cursor: str


@runtime_checkable
class TellsAtOnce(Protocol):
    """A CRM that answers several feeds in one call."""

    def news(self, feeds: Mapping[ObjectKind, Feed], tasks_cursor: str) -> News:
        """What `changes` answers for each feed, and `task_changes`. Every cursor is one of a former answer."""


def news(crm: Crm, feeds: Mapping[ObjectKind, Feed], tasks_cursor: str | None) -> News:
    """The next page of every feed. Raises CrmError."""
    begun = tasks_cursor is not None and all(feed.cursor is not None for feed in feeds.values())
    if begun and isinstance(crm, TellsAtOnce):
        return crm.news(feeds, str(tasks_cursor))
    changes = {kind: crm.changes(kind, feed.cursor, feed.fields) for kind, feed in feeds.items()}
    states, cursor = crm.task_changes(tasks_cursor)
    return News(changes=changes, tasks=states, tasks_cursor=cursor)
