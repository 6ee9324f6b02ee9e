"""A query that is compiled once and then runs on the bare driver.

Serving a share page asks the database on every request; building the statement anew would cost more than the rest
of the request. Rows still pass through their column types, so a time is aware UTC on every database.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select

from app.storage.engine import Database

_Reader = Callable[[Any], Any] | None


class Prepared:
    """One SELECT whose parameters are all texts or integers."""

    def __init__(self, database: Database, query: Select[Any]) -> None:
        dialect = database.engine.dialect
        self._engine = database.engine
        self._compiled = query.compile(dialect=dialect)
        self._sql = str(self._compiled)
        self._readers: list[_Reader] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in query.selected_columns
        ]

    def first(self, **values: str | int) -> tuple[Any, ...] | None:
        """The first row, or None. Sees every commit before this call; holds no connection after it."""
        parameters: Any = self._compiled.construct_params(values)
        if self._compiled.positional:
            parameters = tuple(parameters[name] for name in self._compiled.positiontup or ())
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(self._sql, parameters)
            row = cursor.fetchone()
        finally:
            connection.close()  # back to the pool, which ends the transaction
        if row is None:
            return None
        return tuple(
            value if reader is None else reader(value)
            for value, reader in zip(row, self._readers, strict=True)
        )
