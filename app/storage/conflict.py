"""The conflict flags found on registrations."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, or_

from app.domain.conflict import ConflictFlag, ConflictKind, ConflictState, Position
from app.domain.precedence import Standing
from app.ground.plain import from_plain, plain
from app.storage import tables
from app.storage.rows import find, find_all, insert, insert_missing, update


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What stands behind a flag, under the names it has there."""

    standings: tuple[Standing, ...] = ()
    positions: tuple[Position, ...] = ()


_F = tables.conflict.c
_STORY = tuple(field.name for field in fields(Story))


def add(connection: Connection, tenant_id: str, flag: ConflictFlag) -> None:
    insert(connection, tables.conflict, _values(tenant_id, flag))


def add_missing(connection: Connection, tenant_id: str, found: Sequence[ConflictFlag]) -> int:
    """How many of the flags we did not hold; those we hold stay as they are."""
    return insert_missing(connection, tables.conflict, [_values(tenant_id, flag) for flag in found])


def get(connection: Connection, tenant_id: str, conflict_id: str) -> ConflictFlag | None:
    row = find(connection, tables.conflict, _F.tenant_id == tenant_id, _F.id == conflict_id)
    return _flag(row) if row else None


def change(connection: Connection, tenant_id: str, flag: ConflictFlag) -> bool:
    """The open flag is as given now. False, with nothing changed, if it was resolved before."""
    return bool(
        update(
            connection,
            tables.conflict,
            {k: v for k, v in _values(tenant_id, flag).items() if k not in ("tenant_id", "id")},
            _F.tenant_id == tenant_id,
            _F.id == flag.id,
            _F.state == ConflictState.OPEN,
        )
    )


def of_registrations(connection: Connection, tenant_id: str, ids: Sequence[str]) -> list[ConflictFlag]:
    """Every flag on these registrations, settled ones too."""
    rows = (
        find_all(connection, tables.conflict, _F.tenant_id == tenant_id, _F.registration_id.in_(ids))
        if ids
        else []
    )
    return [_flag(row) for row in rows]


def decided(connection: Connection, tenant_id: str, limit: int = 5_000) -> list[ConflictFlag]:
    """What people have settled, the newest first."""
    rows = find_all(
        connection,
        tables.conflict,
        _F.tenant_id == tenant_id,
        _F.state == ConflictState.RESOLVED,
        order=[_F.resolved_at.desc(), _F.id],
        limit=limit,
    )
    return [_flag(row) for row in rows]


def overdue(connection: Connection, now: datetime) -> list[tuple[str, ConflictFlag]]:
    """Disputes whose deadline has passed, and that nobody was told of, with their tenants."""
    rows = find_all(
        connection,
        tables.conflict,
        _F.state == ConflictState.OPEN,
        _F.deadline <= now,
        _F.escalated_at.is_(None),
        limit=200,
    )
    return [(row["tenant_id"], _flag(row)) for row in rows]


def on_record(
    connection: Connection, tenant_id: str, *, deal_id: str | None, company_id: str | None
) -> list[ConflictFlag]:
    """The flags that the record shows: a deal its own and those of its company, a company all of them."""
    where = [
        clause
        for clause in (
            _F.deal_id == deal_id if deal_id else None,
            _F.company_id == company_id if company_id else None,
        )
        if clause is not None
    ]
    rows = (
        find_all(
            connection,
            tables.conflict,
            _F.tenant_id == tenant_id,
            or_(*where),
            order=[_F.state, _F.found_at.desc()],
        )
        if where
        else []
    )
    return [_flag(row) for row in rows]


def _values(tenant_id: str, flag: ConflictFlag) -> dict[str, Any]:
    columns = {
        field.name: getattr(flag, field.name) for field in fields(ConflictFlag) if field.name not in _STORY
    }
    return {
        "tenant_id": tenant_id,
        **columns,
        "evidence": list(flag.evidence),
        "story": {name: plain(getattr(flag, name)) for name in _STORY},
    }


def _flag(row: RowMapping) -> ConflictFlag:
    values: dict[str, Any] = {k: v for k, v in row.items() if k not in ("tenant_id", "story")}
    story = from_plain(Story, row["story"] or {})
    return ConflictFlag(
        **{
            **values,
            **{name: getattr(story, name) for name in _STORY},
            "kind": ConflictKind(row["kind"]),
            "state": ConflictState(row["state"]),
            "evidence": tuple(row["evidence"]),
        }
    )
