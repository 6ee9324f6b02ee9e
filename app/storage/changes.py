"""Which records a transaction changed, so that what was made of the others may be kept.

No writer has to help: every statement that writes is read here, and one whose reach cannot be told counts for its
whole tenant, or for all. Records share a bounded number of marks; two of them may share one, and then a change of
one counts for both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zlib import crc32

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Integer,
    String,
    Table,
    Update,
    select,
)
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList, TextClause
from sqlalchemy.sql.expression import UpdateBase

from app.ground.ids import new_id
from app.storage.rows import ROWS, put_all
from app.storage.schema import metadata

MARKS = 256
"""Of a tenant. So a tenant has few rows here, and a change drops one answer in 256 that it need not."""

WHOLE_TENANT = -1
EVERYBODY = ""
"""In place of a tenant: a change that may concern anyone."""

changed = Table(
    "changed",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("mark", String(32), nullable=False),
)
"""The last change to each part of a tenant's records."""

CHANGED = "alongside_changed"
"""Where a connection's transaction keeps the places that it has changed so far."""

UNSEEN = "alongside_unseen"
"""Option of a statement: no card shows what it writes."""

Place = tuple[str, int]
"""A tenant and a part of its records."""

_SHOWN_BY_NO_CARD = frozenset(
    {
        "admin_session",
        "attempt",
        "audit",
        "audit_checkpoint",
        "changed",
        "content_use",
        "copy_key",
        "credential",
        "crm_event",
        "cursor",
        "dirty",
        "erased_person",
        "event_feed",
        "done_command",
        "exposure",
        "fault",
        "match_key",
        "merged_record",
        "nonce",
        "partner_inbox",
        "sighting",
        "signing_key",
        "slot",
        "snapshot",
        "tracing_key",
        "view",
        "viewer_code",
        "viewer_session",
        "viewing",
    }
)
"""Tables. One that is not named here counts."""

_UNSHOWN_COLUMNS: Mapping[str, frozenset[str]] = {
    "outbox": frozenset({"due_at", "fence", "attempts"}),
    "step": frozenset({"agreed"}),
}

_RECORD = ("tenant_id", "object", "crm_id")
_KEYS = ("object", "crm_id", "company_id", "deal_id")
"""Columns that say which records a row is about."""


def part_of(obj: str, crm_id: str) -> int:
    """The part of a tenant's records that this one belongs to, the same in every process."""
    return crc32(f"{obj}:{crm_id}".encode()) % MARKS


def note(
    connection: Connection,
    statement: Any,
    multiparams: Any,
    params: Any,
    options: Mapping[str, Any],
    result: Any,
) -> None:
    """Remembers what a statement changed until the transaction commits. Has the shape of SQLAlchemy's
    after_execute."""
    found = connection.info.get(CHANGED)
    if found is None or options.get(UNSEEN):
        return
    if isinstance(statement, TextClause):
        found.add((EVERYBODY, WHOLE_TENANT))
    elif isinstance(statement, UpdateBase):
        found.update(_places(connection, statement, multiparams, params, options, result))


def save(connection: Connection, places: Iterable[Place]) -> None:
    """Marks the places as changed, as the last thing a transaction does: in one order everywhere, so that two never
    wait for each other."""
    mark = new_id()
    rows = [{"tenant_id": tenant_id, "part": part, "mark": mark} for tenant_id, part in sorted(places)]
    put_all(connection, changed, rows)


def _places(
    connection: Connection,
    statement: UpdateBase,
    multiparams: Any,
    params: Any,
    options: Mapping[str, Any],
    result: Any,
) -> set[Place]:
    table: Any = statement.table
    if table.name in _SHOWN_BY_NO_CARD:
        return set()
    if isinstance(statement, Insert):
        if table.name == "outbox":  # what waits is shown by nobody; what was refused has to be updated first
            return set()
        rows = options.get(ROWS) or multiparams or ([params] if params else [statement.compile().params])
        return {place for row in rows for place in _of_row({**row})}
    if not isinstance(statement, Update | Delete) or result.rowcount == 0:
        return set()
    return _of_where(connection, statement, table)


def _of_where(connection: Connection, statement: Update | Delete, table: Any) -> set[Place]:
    """From the conditions that name rows: by their own values, or else by what the named rows hold."""
    written: set[str] = set()
    if isinstance(statement, Update):
        written = {str(getattr(column, "name", column)) for column in statement._values or ()}  # noqa: SLF001
        if written and written <= _UNSHOWN_COLUMNS.get(table.name, frozenset()):
            return set()
    conditions = [each for each in _all_of(statement.whereclause) if not _columns(each) & written]
    named = {
        each.left.name: each.right.value
        for each in conditions
        if isinstance(each, BinaryExpression)
        and each.operator is operators.eq
        and isinstance(each.right, BindParameter)
        and isinstance(each.left, Column)
    }
    if table.name == "tenant":
        # A tenant that is taken away leaves no mark behind.
        gone = isinstance(statement, Delete) or "id" not in named
        return {(EVERYBODY if gone else str(named["id"]), WHOLE_TENANT)}
    told = [column for column in ("tenant_id", *_KEYS) if column in table.c]
    telling = any(_columns(each) - {"tenant_id"} for each in conditions)
    if isinstance(statement, Update) and telling and len(told) > 1 and not set(_RECORD) <= set(named):
        rows = connection.execute(
            select(*(table.c[name] for name in told)).distinct().where(*conditions)
        ).mappings()
        return {place for row in rows for place in _of_row({**row})}
    return _of_row(named)


def _of_row(row: Mapping[str, Any]) -> set[Place]:
    tenant_id = row.get("tenant_id") or EVERYBODY
    records = {
        part_of(str(obj), str(crm_id))
        for obj, crm_id in (
            (row.get("object"), row.get("crm_id")),
            ("company", row.get("company_id")),
            ("deal", row.get("deal_id")),
        )
        if tenant_id and obj and crm_id
    }
    return {(str(tenant_id), part) for part in records or {WHOLE_TENANT}}


def _all_of(clause: ColumnElement[Any] | None) -> Sequence[ColumnElement[Any]]:
    """The conditions that all have to hold."""
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        return list(clause.clauses)
    return [] if clause is None else [clause]


def _columns(condition: ColumnElement[Any]) -> set[str]:
    return {each.name for each in visitors.iterate(condition) if isinstance(each, Column)}
