"""How far we have listened to an account's change events. One listener at a time holds a feed, by lease and fence:
what it applies and the position behind it are one transaction, and one that lost its fence applies nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, or_

from app.storage import tables
from app.storage.rows import find, find_all, insert_new, update

_T = tables.event_feed.c

LEASE = timedelta(seconds=30)
"""How long a killed listener keeps others out. It is renewed three times in that time."""

SILENT = timedelta(minutes=6)
"""Salesforce gives a sign of life at least each 270 seconds."""

TRUSTED = timedelta(days=1)
"""Only a user who may see every record is told of tasks, so an event about one proves for a day that all is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What is known of one account's feed; see app/storage/tables/feed.py. `known`: somebody has listened to it."""

    known: bool = False
    position: str = ""
    leased_until: datetime | None = None
    heard_at: datetime | None = None
    event_at: datetime | None = None
    task_at: datetime | None = None
    lag: float = 0.0
    lost_at: datetime | None = None
    sweep_at: datetime | None = None
    trouble: str = ""

    def lives(self, now: datetime) -> bool:
        """Somebody listens, and the CRM speaks."""
        held = self.leased_until is not None and self.leased_until > now
        heard = self.heard_at is not None and now - self.heard_at < SILENT
        return held and heard and bool(self.position) and not self.trouble

    def tells_all(self, now: datetime) -> bool:
        """Nothing that we follow can change without being told, so that a sweep is only a safety net."""
        return self.lives(now) and self.task_at is not None and now - self.task_at < TRUSTED


def take(connection: Connection, tenant_id: str, fence: str, now: datetime) -> str | None:
    """The position to go on from, if nobody else listens; None while somebody does."""
    fresh = {"tenant_id": tenant_id, "position": "", "fence": "", "lag": 0.0, "trouble": ""}
    insert_new(connection, tables.event_feed, fresh)
    # A lease that ends later than any can was taken by a clock that stood wrong.
    free = or_(
        _T.leased_until.is_(None),
        _T.leased_until <= now,
        _T.leased_until > now + 2 * LEASE,
        _T.fence == fence,
    )
    values = {"fence": fence, "leased_until": now + LEASE}
    if not update(connection, tables.event_feed, values, _T.tenant_id == tenant_id, free):
        return None
    return get(connection, tenant_id).position


def renew(connection: Connection, tenant_id: str, fence: str, now: datetime) -> bool:
    """Whether the feed is still ours, for another LEASE."""
    return _mine(connection, tenant_id, fence, leased_until=now + LEASE)


def release(connection: Connection, tenant_id: str, fence: str) -> None:
    """The next listener need not wait for the lease to run out."""
    _mine(connection, tenant_id, fence, leased_until=None, fence="")


def advance(
    connection: Connection,
    tenant_id: str,
    fence: str,
    position: str,
    now: datetime,
    *,
    event_at: datetime | None = None,
    task: bool = False,
) -> bool:
    """Whether the feed is ours; then the position is moved, and nobody else moves it before this transaction ends.
    `event_at` is when the last of the events was committed in the CRM."""
    values: dict[str, object] = {
        "position": position,
        "leased_until": now + LEASE,
        "heard_at": now,
        "trouble": "",
    }
    if event_at:
        values |= {"event_at": now, "lag": max((now - event_at).total_seconds(), 0.0)}
    if task:
        values["task_at"] = now
    return _mine(connection, tenant_id, fence, **values)


def lose(connection: Connection, tenant_id: str, fence: str, now: datetime) -> bool:
    """The CRM does not know our position any more: the next subscription starts at the tip, and a sweep is due."""
    return _mine(connection, tenant_id, fence, position="", lost_at=now, sweep_at=now)


def say(connection: Connection, tenant_id: str, fence: str, sentence: str) -> bool:
    """Why nothing is told at the moment."""
    return _mine(connection, tenant_id, fence, trouble=sentence)


def want_sweep(connection: Connection, tenant_id: str, now: datetime) -> None:
    update(connection, tables.event_feed, {"sweep_at": now}, _T.tenant_id == tenant_id)


def swept(connection: Connection, tenant_id: str, wanted_at: datetime | None) -> None:
    """The sweep that was wanted then has been made; one that was wanted meanwhile is still due."""
    if wanted_at is not None:
        update(
            connection,
            tables.event_feed,
            {"sweep_at": None},
            _T.tenant_id == tenant_id,
            _T.sweep_at == wanted_at,
        )


def get(connection: Connection, tenant_id: str) -> Feed:
    row = find(connection, tables.event_feed, _T.tenant_id == tenant_id)
    return _feed(row) if row else Feed()


def all_of(connection: Connection) -> Mapping[str, Feed]:
    """Every account's feed, for the scheduler and the metrics."""
    return {row["tenant_id"]: _feed(row) for row in find_all(connection, tables.event_feed)}


def _mine(connection: Connection, tenant_id: str, holder: str, /, **values: object) -> bool:
    where = (_T.tenant_id == tenant_id, _T.fence == holder)
    return bool(holder) and update(connection, tables.event_feed, values, *where) == 1


def _feed(row: RowMapping) -> Feed:
    return Feed(
        known=True,
        position=row["position"],
        leased_until=row["leased_until"],
        heard_at=row["heard_at"],
        event_at=row["event_at"],
        task_at=row["task_at"],
        lag=row["lag"],
        lost_at=row["lost_at"],
        sweep_at=row["sweep_at"],
        trouble=row["trouble"],
    )
