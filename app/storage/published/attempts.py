"""Limits that hold across processes, restarts and without Redis: attempts are counted where the data is."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from app.storage.published.upsert import insert
from app.storage.published_tables import attempt

SLICES = 6
"""A span is counted in so many slices; a limit holds for every span, and is at most one slice stricter."""


def take_attempt(connection: Connection, key: str, limit: int, span: timedelta, at: datetime) -> bool:
    """True, and it is counted, when `key` had fewer than `limit` attempts in the last `span`. A refused attempt
    is not counted: who waits long enough gets through."""
    width = span / SLICES
    current = int(at.timestamp() // width.total_seconds())
    same = (attempt.c.key == key, attempt.c.slice == current)
    connection.execute(
        insert(connection, attempt)
        .values(key=key, slice=current, count=1, until=at + span + width)
        .on_conflict_do_update(index_elements=["key", "slice"], set_={"count": attempt.c.count + 1})
    )
    used = connection.execute(
        select(func.sum(attempt.c.count)).where(attempt.c.key == key, attempt.c.slice >= current - SLICES)
    ).scalar_one()
    if used <= limit:
        return True
    connection.execute(update(attempt).where(*same).values(count=attempt.c.count - 1))
    return False


def forget_attempts(connection: Connection, at: datetime) -> int:
    """Removes what no limit needs any more; says how many rows."""
    return connection.execute(delete(attempt).where(attempt.c.until <= at)).rowcount
