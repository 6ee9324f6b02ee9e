"""Queries that are compiled once and run on the bare driver.

Serving a share page asks the database on every request. Building the statement, a transaction around it and the
pool's bookkeeping would each cost more than the question. Rows still pass through their column types, so a time is
aware UTC on every database.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, event

from app.storage.engine import Database

Row = tuple[Any, ...]
_Reader = Callable[[Any], Any] | None


class DirectReader:
    """Connections of its own that commit by themselves: each question sees every commit before it, and no read
    transaction stays open. At most one connection for each thread that asks at the same time."""

    def __init__(self, database: Database) -> None:
        self.dialect = database.engine.dialect
        self._engine = database.engine
        self._failures = self.dialect.loaded_dbapi.Error
        self._idle: deque[Any] = deque()
        event.listen(self._engine, "engine_disposed", self._forget)

    def ask(self, sql: str, parameters: Any) -> list[Row]:
        """All rows. A connection that broke while it was idle is replaced once."""
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._ask(self._connect(), sql, parameters)
        try:
            return self._ask(connection, sql, parameters)
        except self._failures:
            return self._ask(self._connect(), sql, parameters)

    def _ask(self, connection: Any, sql: str, parameters: Any) -> list[Row]:
        cursor = connection.cursor()
        cursor.execute(sql, parameters)
        rows: list[Row] = cursor.fetchall()
        cursor.close()
        self._idle.append(connection)
        return rows

    def _connect(self) -> Any:
        fairy = self._engine.raw_connection()
        fairy.detach()
        connection = fairy.dbapi_connection
        self.dialect.set_isolation_level(connection, "AUTOCOMMIT")  # type: ignore[arg-type]
        return connection

    def _forget(self, _: object) -> None:
        self._idle.clear()


class Prepared:
    """One SELECT with one parameter, a text."""

    def __init__(self, reader: DirectReader, query: Select[Any], parameter: str) -> None:
        dialect = reader.dialect
        compiled = query.compile(dialect=dialect)
        fixed = compiled.construct_params({parameter: ""})
        self._reader = reader
        self._sql = str(compiled)
        self._types: Mapping[str, _Reader] = {
            name: column.type.dialect_impl(dialect).result_processor(dialect, None)
            for name, column in query.selected_columns.items()
        }
        self._parameter = parameter
        self._named = fixed
        self._in_order = tuple(compiled.positiontup or ()) if compiled.positional else None

    def first(self, value: str) -> Row | None:
        """The first row as the driver gives it, or None. Sees every commit before this call. Rows that are equal
        say the same: what was made of one may be kept for the other."""
        values = {**self._named, self._parameter: value}
        parameters = values if self._in_order is None else [values[name] for name in self._in_order]
        rows = self._reader.ask(self._sql, parameters)
        return rows[0] if rows else None

    def read(self, row: Row) -> dict[str, Any]:
        """The row's values by name, each through its column's type."""
        return {
            name: value if reader is None else reader(value)
            for (name, reader), value in zip(self._types.items(), row, strict=True)
        }
