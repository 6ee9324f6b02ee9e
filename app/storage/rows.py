"""Few words for what every table module does: insert, put, read one and read all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    CompoundSelect,
    Connection,
    RowMapping,
    Select,
    Table,
    and_,
    bindparam,
    false,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from app.domain.record import RecordKey

ROWS = "alongside_rows"
"""Option of a statement: the rows that it inserts, for app.storage.changes."""

COUNTED = {"preserve_rowcount": True}
"""SQLAlchemy forgets an INSERT's count with its cursor; psycopg then answers -1, which looks like a new row."""


def equal(*columns: Column[Any]) -> ColumnElement[bool]:
    """Each column is what the parameter of its name says."""
    return and_(*(column == bindparam(column.name) for column in columns))


def named(table: Table, tenant_id: str, keys: Iterable[RecordKey]) -> ColumnElement[bool]:
    """The tenant's rows about these records. Each kind of record is asked for by itself: SQLite finds no index for
    pairs."""
    ids: dict[str, list[str]] = {}
    for key in keys:
        ids.setdefault(str(key.object), []).append(key.crm_id)
    c = table.c
    parts = [(c.tenant_id == tenant_id) & (c.object == o) & c.crm_id.in_(of_one) for o, of_one in ids.items()]
    return or_(false(), *parts)


def insert(
    connection: Connection, table: Table, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> None:
    if values:
        connection.execute(table.insert(), values)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """True if the row is new; False, with nothing changed, where its key is taken."""
    statement = _dialect_insert(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement, execution_options=COUNTED | {ROWS: [values]}).rowcount == 1


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """How many of the rows were new: those whose key or other unique value is taken are left as they are."""
    new = 0
    for start in range(0, len(rows), 200):
        part = [dict(row) for row in rows[start : start + 200]]
        statement = _dialect_insert(connection, table).values(part).on_conflict_do_nothing()
        new += connection.execute(statement, execution_options=COUNTED | {ROWS: part}).rowcount
    return new


def keep_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """After this there are such rows; those whose key is taken stay as they are. How many were new. One statement for
    however many, built once: building one for each number of rows costs more than asking it does."""
    if not rows:
        return 0
    statement = _dialect_insert(connection, table).on_conflict_do_nothing()
    given = [dict(row) for row in rows]
    return connection.execute(statement, given, execution_options=COUNTED | {ROWS: rows}).rowcount


def insert_and_tell(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], column: Column[Any]
) -> list[Any]:
    """The column's value of each row that was new."""
    values = [dict(row) for row in rows]
    statement = _dialect_insert(connection, table).values(values).on_conflict_do_nothing().returning(column)
    return list(connection.scalars(statement, execution_options={ROWS: values}))


def put(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Inserts the row, or overwrites all its other columns where the primary key is taken."""
    put_all(connection, table, [values])


def put_all(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], changed: Iterable[str] = ()
) -> None:
    """`put` for many rows with the same columns, in one statement per 200 of them; of rows whose key is taken only
    the columns of `changed`, if any are named, are overwritten."""
    keys = [column.name for column in table.primary_key]
    only = set(changed)
    batch = list(rows)
    for start in range(0, len(batch), 200):
        part = batch[start : start + 200]
        statement = _dialect_insert(connection, table).values([dict(row) for row in part])
        fresh = {
            name: statement.excluded[name]
            for name in part[0]
            if name not in keys and (not only or name in only)
        }
        connection.execute(
            statement.on_conflict_do_update(index_elements=keys, set_=fresh)
            if fresh
            else statement.on_conflict_do_nothing(),
            execution_options={ROWS: part},
        )


def find(connection: Connection, table: Table, *where: ColumnElement[bool]) -> RowMapping | None:
    return connection.execute(table.select().where(*where)).mappings().first()


def ask(
    connection: Connection, query: Select[Any] | CompoundSelect[Any], **values: Any
) -> Sequence[RowMapping]:
    """The rows of a query that was built beforehand, with parameters: building one costs several times what asking
    it does, so what every card and command asks stands at the top of its module."""
    return connection.execute(query, values).mappings().all()


def find_all(
    connection: Connection,
    table: Table,
    *where: ColumnElement[bool],
    order: Sequence[Any] = (),
    limit: int = 0,
) -> Sequence[RowMapping]:
    statement = table.select().where(*where).order_by(*order)
    return connection.execute(statement.limit(limit) if limit else statement).mappings().all()


def update(
    connection: Connection, table: Table, values: Mapping[str, Any], *where: ColumnElement[bool]
) -> int:
    """How many rows were changed."""
    return connection.execute(table.update().where(*where).values(**values)).rowcount


def _dialect_insert(connection: Connection, table: Table) -> Any:
    """Both databases speak ON CONFLICT, each through its own insert."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
