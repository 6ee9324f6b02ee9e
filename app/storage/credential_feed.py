"""Feeds of certificates, and what their issuers have to be asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.sql import ColumnElement

from app.domain.certification import Source
from app.storage import tables
from app.storage.rows import find, find_all, insert, insert_new, update

_F, _H = tables.credential_feed.c, tables.credential_hint.c

LEASE = timedelta(seconds=90)
"""Longer than the three questions an adapter may ask, 15 s each."""

HINTS_KEPT = 1_000
"""Questions that wait for one feed at most: whoever floods it learns nothing and costs little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """`sealed` holds its secrets; `trouble` says why the last question had no answer."""

    tenant_id: str
    id: str
    kind: Source
    name: str
    sealed: str
    created_at: datetime
    seen_at: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    feed: Feed
    subject: str
    attempts: int


def add(connection: Connection, feed: Feed) -> None:
    insert(
        connection,
        tables.credential_feed,
        {
            "tenant_id": feed.tenant_id,
            "id": feed.id,
            "kind": str(feed.kind),
            "name": feed.name,
            "sealed": feed.sealed,
            "created_at": feed.created_at,
        },
    )


def by_id(connection: Connection, feed_id: str) -> Feed | None:
    """The feed that an address names; its tenant comes from it."""
    row = find(connection, tables.credential_feed, _F.id == feed_id)
    return _feed(row) if row else None


def all_of(connection: Connection, tenant_id: str) -> list[Feed]:
    rows = find_all(
        connection, tables.credential_feed, _F.tenant_id == tenant_id, order=[_F.created_at, _F.id]
    )
    return [_feed(row) for row in rows]


def set_sealed(connection: Connection, tenant_id: str, feed_id: str, sealed: str) -> bool:
    values = {"sealed": sealed, "trouble": ""}
    where = (_F.tenant_id == tenant_id, _F.id == feed_id)
    return bool(update(connection, tables.credential_feed, values, *where))


def note(connection: Connection, feed: Feed, at: datetime, trouble: str = "") -> None:
    """The feed was heard of, or its issuer would not answer."""
    values = {"seen_at": at, "trouble": trouble[:300]}
    update(connection, tables.credential_feed, values, _F.tenant_id == feed.tenant_id, _F.id == feed.id)


def remove(connection: Connection, tenant_id: str, feed_id: str) -> bool:
    """True if there was such a feed. What it told stays."""
    connection.execute(
        tables.credential_hint.delete().where(_H.tenant_id == tenant_id, _H.feed_id == feed_id)
    )
    gone = connection.execute(
        tables.credential_feed.delete().where(_F.tenant_id == tenant_id, _F.id == feed_id)
    )
    return bool(gone.rowcount)


def keep_hint(connection: Connection, feed: Feed, subject: str, at: datetime) -> bool:
    """False where too many wait already. A hint that waits is due anew: it may have changed since it was asked."""
    where = (_H.tenant_id == feed.tenant_id, _H.feed_id == feed.id)
    if update(connection, tables.credential_hint, {"due_at": at}, *where, _H.subject == subject):
        return True
    waiting = connection.scalar(select(func.count()).select_from(tables.credential_hint).where(*where)) or 0
    if waiting >= HINTS_KEPT:
        return False
    values = {"received_at": at, "due_at": at, "attempts": 0}
    key = {"tenant_id": feed.tenant_id, "feed_id": feed.id, "subject": subject}
    insert_new(connection, tables.credential_hint, key | values)
    return True


def claim_hints(connection: Connection, now: datetime, limit: int) -> list[Hint]:
    """Hints that are due, the oldest first, leased for LEASE."""
    rows = find_all(connection, tables.credential_hint, _H.due_at <= now, order=[_H.due_at], limit=limit)
    found = []
    for row in rows:
        where = (_H.tenant_id == row["tenant_id"], _H.feed_id == row["feed_id"], _H.subject == row["subject"])
        lease = {"due_at": now + LEASE, "attempts": row["attempts"] + 1}
        feed = by_id(connection, row["feed_id"])
        if feed and update(connection, tables.credential_hint, lease, *where, _H.due_at == row["due_at"]):
            found.append(Hint(feed=feed, subject=row["subject"], attempts=row["attempts"] + 1))
    return found


def hints_due(connection: Connection, now: datetime) -> bool:
    return connection.execute(select(_H.subject).where(_H.due_at <= now).limit(1)).first() is not None


def finish_hint(connection: Connection, hint: Hint, leased_until: datetime) -> None:
    """Done, unless it was hinted at again meanwhile."""
    connection.execute(tables.credential_hint.delete().where(*_is(hint), _H.due_at == leased_until))


def postpone_hint(connection: Connection, hint: Hint, until: datetime) -> None:
    update(connection, tables.credential_hint, {"due_at": until}, *_is(hint))


def _is(hint: Hint) -> tuple[ColumnElement[bool], ...]:
    return _H.tenant_id == hint.feed.tenant_id, _H.feed_id == hint.feed.id, _H.subject == hint.subject


def _feed(row: RowMapping) -> Feed:
    names = ("tenant_id", "id", "name", "sealed", "created_at", "seen_at", "trouble")
    return Feed(kind=Source(row["kind"]), **{name: row[name] for name in names})
