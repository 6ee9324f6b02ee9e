"""What SQLite's planner takes our tables for.

PostgreSQL counts its tables by itself; SQLite only when told to, and until then guesses that an index on a tenant
alone finds ten rows. Then it reads a whole tenant's part of a table where an exact index stands beside. So every
database is told the same, the shape of a large installation: plans are the ones that the tests look at, whatever a
database holds today.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

ROWS = 1_000_000
"""Of a table."""

OF_ONE_TENANT = 1_000

FEW = frozenset({"archived", "kind", "object", "purpose", "source", "state", "status"})
"""Columns of a few different values: each narrows a search to a third."""

OTHERWISE = 10_000
"""How far any other column narrows a search."""


def tell(connection: Connection) -> None:
    """After this SQLite plans as for a large installation. Does nothing on other databases."""
    if connection.dialect.name != "sqlite":
        return
    connection.execute(text("ANALYZE sqlite_schema"))  # makes the table of statistics where there is none
    connection.execute(text("DELETE FROM sqlite_stat1"))
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for table in connection.scalars(text(tables)).all():
        for index in connection.execute(
            text('SELECT name, "unique" FROM pragma_index_list(:table)'), {"table": table}
        ).all():
            columns = connection.scalars(
                text("SELECT name FROM pragma_index_info(:index) ORDER BY seqno"), {"index": index.name}
            ).all()
            told = {"table": table, "index": index.name, "stat": _stat(columns, unique=bool(index.unique))}
            connection.execute(text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :stat)"), told)
    connection.execute(
        text("ANALYZE sqlite_schema")
    )  # this connection reads them anew; others when they open


def _stat(columns: Sequence[str], *, unique: bool) -> str:
    """How many rows there are, and how many share the first column, the first two, and so on."""
    left, counts = ROWS, []
    for column in columns:
        if column == "tenant_id":
            left = min(left, OF_ONE_TENANT)
        else:
            left = max(left // (3 if column in FEW else OTHERWISE), 2)
        counts.append(left)
    if unique and counts:
        counts[-1] = 1
    return " ".join(map(str, [ROWS, *counts]))
