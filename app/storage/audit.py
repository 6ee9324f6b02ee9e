"""The audit log: append only, each row chained to the one before, so that a change or a gap shows."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from app.domain.actor import Actor
from app.domain.record import RecordKey
from app.ground.clock import to_iso
from app.storage import tables
from app.storage.rows import find_all, insert

_T = tables.audit.c
GENESIS = "0" * 64


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
    }
    insert(connection, tables.audit, {**row, "hash": row_hash(row)})
    return sequence


def row_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over the row's values, its time as text and the hash of the row before."""
    body = {
        key: (to_iso(value) if isinstance(value, datetime) else value)
        for key, value in row.items()
        if key != "hash"
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


def first_break(connection: Connection, tenant_id: str) -> int | None:
    """The sequence number at which the chain does not hold, or None if it holds to its end. Reads row by row,
    however long the log is. Rows cut off the end leave a chain that holds: keep the newest hash elsewhere too."""
    previous, expected = GENESIS, 1
    rows = connection.execute(
        tables.audit.select().where(_T.tenant_id == tenant_id).order_by(_T.sequence),
        execution_options={"yield_per": 1_000},
    )
    for row in rows.mappings():
        if row["sequence"] != expected or row["previous"] != previous or row_hash(dict(row)) != row["hash"]:
            return expected
        previous, expected = row["hash"], expected + 1
    return None
