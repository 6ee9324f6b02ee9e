"""How a database is opened: one place knows which engine it is, and makes SQLite behave like a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from app.storage import changes

BUSY_MILLIS = 10_000
"""How long a writer waits for another on SQLite before it fails."""


class Database:
    """A pool of connections. `write()` is one transaction that commits when its block ends without an error and
    rolls back otherwise, and leaves a mark on what it changed; `read()` never locks anybody out. Neither may span a
    network call."""

    def __init__(self, url: str) -> None:
        self.engine = _open(url)
        event.listen(self.engine, "after_execute", changes.note)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.begin():
            places: set[changes.Place] = set()
            info = connection.info  # a connection that was lost meanwhile no longer answers for it
            info[changes.CHANGED] = places
            try:
                yield connection
            finally:
                info.pop(changes.CHANGED, None)
            if places:
                changes.save(connection, places)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            readonly = connection.execution_options(alongside_readonly=True)
            with readonly.begin():
                yield readonly

    def close(self) -> None:
        self.engine.dispose()

    def forget_after_fork(self) -> None:
        """To be called first thing in a forked child: the parent keeps its connections, the child opens its own."""
        self.engine.dispose(close=False)


def _open(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_size=8, max_overflow=8, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, pool_size=8, max_overflow=8, connect_args={"timeout": BUSY_MILLIS / 1000})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    """WAL so that readers never wait; FULL so that power loss takes no commit; foreign keys on (default off)."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLIS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a deferred transaction that writes late fails with SQLITE_BUSY_SNAPSHOT
    however long its timeout is."""
    readonly = connection.get_execution_options().get("alongside_readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")
