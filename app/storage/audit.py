"""The audit log: append only, each row chained to the one before, so that a change or a gap shows."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from app.domain.actor import Actor
from app.domain.record import RecordKey
from app.ground.clock import to_iso
from app.storage import tables
from app.storage.anonymous import Swap, replaced
from app.storage.rows import find_all, insert, update

_T = tables.audit.c
GENESIS = "0" * 64
ERASURE = "person.erase"
"""The one command after which older rows may say less than they did."""


def append(
    connection: Connection,
    tenant_id: str,
    at: datetime,
    actor: Actor,
    command: str,
    record: RecordKey | None,
    detail: Mapping[str, Any],
) -> int:
    """The sequence number of the new row. Runs inside the command's own transaction, which holds the tenant's
    lock (tenant.lock), so that two commands cannot take one number."""
    last = connection.execute(
        select(_T.sequence, _T.hash).where(_T.tenant_id == tenant_id).order_by(_T.sequence.desc()).limit(1)
    ).first()
    sequence: int = (last.sequence if last else 0) + 1
    row: dict[str, Any] = {
        "tenant_id": tenant_id,
        "sequence": sequence,
        "at": at,
        "actor_kind": str(actor.kind),
        "actor_id": actor.id[:64],
        "actor_name": (actor.email or actor.name)[:320],
        "command": command,
        "object": str(record.object) if record else None,
        "crm_id": record.crm_id if record else None,
        "detail": dict(detail),
        "previous": last.hash if last else GENESIS,
        "erased_by": None,
    }
    insert(connection, tables.audit, {**row, "hash": row_hash(row)})
    return sequence


def row_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over the row's values, its time as text and the hash of the row before."""
    body = {
        key: (to_iso(value) if isinstance(value, datetime) else value)
        for key, value in row.items()
        if key not in ("hash", "erased_by")
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def newest(
    connection: Connection, tenant_id: str, limit: int = 100, before: int | None = None
) -> Sequence[RowMapping]:
    """The latest rows, newest first, from below the sequence `before`."""
    where = [_T.tenant_id == tenant_id] + ([_T.sequence < before] if before is not None else [])
    return find_all(connection, tables.audit, *where, order=[_T.sequence.desc()], limit=limit)


def length(connection: Connection, tenant_id: str) -> int:
    return connection.scalar(select(func.count()).where(_T.tenant_id == tenant_id)) or 0


def anonymise(connection: Connection, tenant_id: str, names: Iterable[str], pseudonym: str) -> dict[str, str]:
    """After this no row names the person. Each changed row by its number, with the hash of what it says now: the
    caller's own row has to keep them as `rows`, for they prove that nothing else was changed in these rows."""
    swap = dict.fromkeys(names, pseudonym)
    rows = connection.execute(
        tables.audit.select().where(_T.tenant_id == tenant_id).order_by(_T.sequence),
        execution_options={"yield_per": 1_000},
    )
    told = [(row, after) for row in map(dict, rows.mappings()) if (after := _without(row, swap))]
    by = (connection.scalar(select(func.max(_T.sequence)).where(_T.tenant_id == tenant_id)) or 0) + 1
    changed: dict[str, str] = {}
    for row, after in told:
        update(
            connection,
            tables.audit,
            {**after, "erased_by": by},
            _T.tenant_id == tenant_id,
            _T.sequence == row["sequence"],
        )
        changed[str(row["sequence"])] = row_hash({**row, **after})
    return changed


def _without(row: Mapping[str, Any], swap: Swap) -> dict[str, Any]:
    """What the row says otherwise without these names."""
    after = {name: replaced(row[name], swap) for name in ("actor_name", "actor_id", "detail")}
    # An id holds 64 letters of an address.
    cut = {word[:64]: instead for word, instead in swap.items()}
    after["actor_id"] = replaced(after["actor_id"], cut)
    return {name: value for name, value in after.items() if value != row[name]}


def first_break(connection: Connection, tenant_id: str) -> int | None:
    """The sequence number at which the chain does not hold, or None if it holds to its end. Reads row by row,
    however long the log is. Rows cut off the end leave a chain that holds: keep the newest hash elsewhere too.

    A row that was made anonymous says something else than its hash: a later row of the chain says what.
    """
    previous, expected = GENESIS, 1
    erased: dict[int, dict[int, str]] = {}  # what is still to be vouched for, by the row that has to
    rows = connection.execute(
        tables.audit.select().where(_T.tenant_id == tenant_id).order_by(_T.sequence),
        execution_options={"yield_per": 1_000},
    )
    for row in rows.mappings():
        if row["sequence"] != expected or row["previous"] != previous:
            return expected
        if row["erased_by"] is not None:
            erased.setdefault(row["erased_by"], {})[expected] = row_hash(dict(row))
        elif row_hash(dict(row)) != row["hash"]:
            return expected
        broken = _unvouched(erased.pop(expected, {}), row)
        if broken is not None:
            return broken
        previous, expected = row["hash"], expected + 1
    return min((number for rows in erased.values() for number in rows), default=None)


def _unvouched(rows: Mapping[int, str], by: RowMapping) -> int | None:
    """The first of the anonymous rows that this row does not vouch for."""
    said = by["detail"].get("rows") if by["command"] == ERASURE else None
    vouched = said if isinstance(said, dict) else {}
    return min(
        (number for number, digest in rows.items() if vouched.get(str(number)) != digest), default=None
    )
