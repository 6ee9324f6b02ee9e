"""What the agent failed at for a reason that nobody foresaw: how often, and since when. A row that keeps failing is
set aside under its name here, so that it neither blocks the others nor is lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Connection, Index, Integer, RowMapping, String, Table, Text, func, select

from app.storage.rows import find_all, insert_new, update
from app.storage.schema import Moment, metadata


class Work(StrEnum):
    """What failed: writing to the CRM, a partner's answer, reading a record, publishing one, an event, a poll,
    fetching a shared file."""

    WRITE = "write"
    ANSWER = "answer"
    READ = "read"
    PUBLISH = "publish"
    EVENT = "event"
    POLL = "poll"
    FILE = "file"


table = Table(
    "fault",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("work", String(8), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Index(None, "last_at"),
)
_T = table.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    work: Work
    key: str
    count: int
    sentence: str
    first_at: datetime
    last_at: datetime


def note(connection: Connection, tenant_id: str, work: Work, key: str, sentence: str, at: datetime) -> int:
    """How often this has failed by now, this time included."""
    where = (_T.tenant_id == tenant_id, _T.work == work, _T.key == key[:200])
    row = {"tenant_id": tenant_id, "work": work, "key": key[:200], "count": 0, "sentence": ""}
    insert_new(connection, table, {**row, "first_at": at, "last_at": at})
    update(connection, table, {"count": _T.count + 1, "sentence": sentence[:1000], "last_at": at}, *where)
    return int(connection.scalar(select(_T.count).where(*where)) or 0)


def forget(connection: Connection, tenant_id: str, work: Work, keys: Iterable[str]) -> None:
    """These succeeded, or a person has taken them up again: they start from nought."""
    names = [key[:200] for key in keys]
    if names:
        connection.execute(
            table.delete().where(_T.tenant_id == tenant_id, _T.work == work, _T.key.in_(names))
        )


def all_of(connection: Connection, tenant_id: str, limit: int = 100) -> list[Fault]:
    """The latest first."""
    rows = find_all(connection, table, _T.tenant_id == tenant_id, order=[_T.last_at.desc()], limit=limit)
    return [_fault(row) for row in rows]


def counts(connection: Connection) -> dict[str, int]:
    """How many there are of each kind of work, over all tenants."""
    rows = connection.execute(select(_T.work, func.count()).group_by(_T.work))
    return {row[0]: row[1] for row in rows}


def _fault(row: RowMapping) -> Fault:
    return Fault(
        work=Work(row["work"]),
        key=row["key"],
        count=row["count"],
        sentence=row["sentence"],
        first_at=row["first_at"],
        last_at=row["last_at"],
    )
