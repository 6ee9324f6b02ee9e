"""Insert-or-else: the one statement that SQLite and PostgreSQL share but SQLAlchemy spells twice."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT with on_conflict_do_nothing and on_conflict_do_update, for the database that is connected."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
