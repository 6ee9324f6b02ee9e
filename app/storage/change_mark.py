"""Whether anything was committed since: one cheap question that no writer has to help with."""

import threading
from typing import Any

from sqlalchemy import event

from app.storage.engine import Database

_QUESTIONS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT pg_current_snapshot()::text",
}
"""SQLite counts the commits of all other connections; PostgreSQL names the transactions that are visible."""


class ChangeMark:
    """Reads a mark that is equal only as long as nobody has committed a change to this database, in any process."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._question = _QUESTIONS[database.engine.dialect.name]
        self._lock = threading.Lock()
        self._connection: Any = None
        self._opened = 0
        event.listen(self._engine, "engine_disposed", self._forget)

    def read(self) -> tuple[int, object]:
        """The mark as of now. One that SQLite gave to another connection is never equal."""
        with self._lock:
            if self._connection is not None:
                try:
                    return self._opened, self._ask()
                except self._engine.dialect.loaded_dbapi.Error:
                    self._connection = None
            self._connect()
            return self._opened, self._ask()

    def _ask(self) -> object:
        cursor = self._connection.cursor()
        cursor.execute(self._question)
        (mark,) = cursor.fetchone()
        cursor.close()
        return mark

    def _connect(self) -> None:
        """A connection of its own that never writes, and so sees every commit as another's."""
        fairy = self._engine.raw_connection()
        fairy.detach()
        self._connection = fairy.dbapi_connection
        self._opened += 1
        dialect: Any = self._engine.dialect
        dialect.set_isolation_level(self._connection, "AUTOCOMMIT")

    def _forget(self, _: object) -> None:
        """After a fork the parent's connection is not ours."""
        self._connection = None
        self._lock = threading.Lock()
