"""Registrations and the conflict flags found on them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, or_, select, union_all

from app.domain.conflict import ConflictFlag, ConflictKind, ConflictState
from app.domain.matching.candidates import bound, rank
from app.domain.registration import Registration, RegistrationState
from app.storage import tables
from app.storage.rows import find, find_all, insert, insert_missing, put_all, update

_R, _F, _K = tables.registration.c, tables.conflict.c, tables.match_key.c


def add(connection: Connection, tenant_id: str, registration: Registration) -> None:
    insert(connection, tables.registration, {"tenant_id": tenant_id, **asdict(registration)})


def add_missing(connection: Connection, tenant_id: str, found: Sequence[Registration]) -> int:
    """How many of the registrations we did not hold; those we hold stay as they are."""
    return insert_missing(
        connection, tables.registration, [{"tenant_id": tenant_id, **asdict(one)} for one in found]
    )


def change(
    connection: Connection, tenant_id: str, registration: Registration, was: RegistrationState
) -> bool:
    """False, with nothing changed, if the registration is no longer in the state it was read in."""
    values = {k: v for k, v in asdict(registration).items() if k != "id"}
    return bool(
        update(
            connection,
            tables.registration,
            values,
            _R.tenant_id == tenant_id,
            _R.id == registration.id,
            _R.state == was,
        )
    )


def get(connection: Connection, tenant_id: str, registration_id: str) -> Registration | None:
    row = find(connection, tables.registration, _R.tenant_id == tenant_id, _R.id == registration_id)
    return _registration(row) if row else None


def get_many(connection: Connection, tenant_id: str, ids: Sequence[str]) -> list[Registration]:
    rows = find_all(connection, tables.registration, _R.tenant_id == tenant_id, _R.id.in_(ids)) if ids else []
    return [_registration(row) for row in rows]


def on_record(
    connection: Connection, tenant_id: str, *, deal_id: str | None, company_id: str | None
) -> list[Registration]:
    """The registrations of a deal, and of its company where they name no deal; of all deals for a company."""
    where = _R.deal_id == deal_id if deal_id else _R.company_id == company_id
    if deal_id and company_id:
        where = or_(where, (_R.company_id == company_id) & _R.deal_id.is_(None))
    rows = find_all(connection, tables.registration, _R.tenant_id == tenant_id, where, order=[_R.received_at])
    return [_registration(row) for row in rows]


def running_out(connection: Connection, now: datetime) -> list[tuple[str, Registration]]:
    """Approved registrations whose protection has ended, with their tenants."""
    rows = find_all(
        connection,
        tables.registration,
        _R.state == RegistrationState.APPROVED,
        _R.protected_until <= now,
        limit=200,
    )
    return [(row["tenant_id"], _registration(row)) for row in rows]


def set_keys(
    connection: Connection, tenant_id: str, source: str, source_id: str, keys: Sequence[str]
) -> None:
    """The match keys of a company or registration are exactly `keys` now."""
    connection.execute(
        tables.match_key.delete().where(
            _K.tenant_id == tenant_id, _K.source == source, _K.source_id == source_id, _K.key.notin_(keys)
        )
    )
    put_all(
        connection,
        tables.match_key,
        [
            {"tenant_id": tenant_id, "key": key[:300], "source": source, "source_id": source_id}
            for key in keys
        ],
    )


def matching(
    connection: Connection, tenant_id: str, keys: Sequence[str], limit: int = 60
) -> list[tuple[str, str]]:
    """What shares a key, as (source, id): a bounded number, the likeliest first. Of each key only as many rows are
    read as may count, so that a look-up costs the same however many companies there are."""
    if not keys:
        return []
    parts = [
        select(
            select(_K.key, _K.source, _K.source_id)
            .where(_K.tenant_id == tenant_id, _K.key == key)
            .limit(bound(key))
            .subquery()
        )
        for key in sorted(keys)
    ]
    entries: dict[str, list[tuple[str, str]]] = {}
    for key, source, source_id in connection.execute(union_all(*parts)):
        entries.setdefault(key, []).append((source, source_id))
    return rank(entries, limit)[:limit]


def add_conflict(connection: Connection, tenant_id: str, flag: ConflictFlag) -> None:
    insert(connection, tables.conflict, _flag_values(tenant_id, flag))


def add_missing_conflicts(connection: Connection, tenant_id: str, found: Sequence[ConflictFlag]) -> int:
    """How many of the flags we did not hold; those we hold stay as they are."""
    return insert_missing(connection, tables.conflict, [_flag_values(tenant_id, flag) for flag in found])


def conflict(connection: Connection, tenant_id: str, conflict_id: str) -> ConflictFlag | None:
    row = find(connection, tables.conflict, _F.tenant_id == tenant_id, _F.id == conflict_id)
    return _flag(row) if row else None


def resolve_conflict(connection: Connection, tenant_id: str, flag: ConflictFlag) -> bool:
    """False if it was resolved before."""
    return bool(
        update(
            connection,
            tables.conflict,
            {
                "state": flag.state,
                "resolution": flag.resolution,
                "resolved_by": flag.resolved_by,
                "resolved_at": flag.resolved_at,
            },
            _F.tenant_id == tenant_id,
            _F.id == flag.id,
            _F.state == ConflictState.OPEN,
        )
    )


def conflicts(
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


def _flag_values(tenant_id: str, flag: ConflictFlag) -> dict[str, Any]:
    return {"tenant_id": tenant_id, **asdict(flag), "evidence": list(flag.evidence)}


def _registration(row: RowMapping) -> Registration:
    values: dict[str, Any] = {k: v for k, v in row.items() if k != "tenant_id"}
    return Registration(**{**values, "state": RegistrationState(row["state"])})


def _flag(row: RowMapping) -> ConflictFlag:
    values: dict[str, Any] = {k: v for k, v in row.items() if k != "tenant_id"}
    return ConflictFlag(
        **{
            **values,
            "kind": ConflictKind(row["kind"]),
            "state": ConflictState(row["state"]),
            "evidence": tuple(row["evidence"]),
        }
    )
