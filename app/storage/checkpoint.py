"""Signed checkpoints of the audit log: up to which row it stood when, so that nobody can write its past anew
unnoticed, not even with the whole database in hand."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from app.ground.clock import to_iso
from app.identity.signing_key import AUDIT_CHECKPOINT, verify
from app.identity.vault import Vault
from app.storage import audit, signing_key, tables
from app.storage.rows import find_all, insert

_T = tables.audit_checkpoint.c


def add(connection: Connection, tenant_id: str, vault: Vault, at: datetime) -> dict[str, Any] | None:
    """The new checkpoint over the log as it stands; None if the log has not grown since the last. The caller holds
    the tenant's lock. Raises AppError when the tenant's key cannot be opened."""
    last = _last(connection, tenant_id)
    rows = audit.newest(connection, tenant_id, limit=1)
    if not rows or (last is not None and last["sequence"] >= rows[0]["sequence"]):
        return None
    key = signing_key.current(connection, tenant_id, vault, at)
    point: dict[str, Any] = {
        "tenant_id": tenant_id,
        "number": last["number"] + 1 if last else 1,
        "sequence": rows[0]["sequence"],
        "hash": rows[0]["hash"],
        "at": at,
        "previous": hashlib.sha256(statement(last)).hexdigest() if last else audit.GENESIS,
    }
    point |= {"key_id": key.id, "signature": key.sign(AUDIT_CHECKPOINT, statement(point))}
    insert(connection, tables.audit_checkpoint, point)
    return point


def statement(point: Mapping[str, Any] | RowMapping) -> bytes:
    """What a checkpoint's signature is made over."""
    said = {name: point[name] for name in ("tenant_id", "number", "sequence", "hash", "previous")}
    return json.dumps(said | {"at": to_iso(point["at"])}, sort_keys=True, ensure_ascii=False).encode()


def all_of(connection: Connection, tenant_id: str) -> list[RowMapping]:
    """Every checkpoint, oldest first."""
    return list(find_all(connection, tables.audit_checkpoint, _T.tenant_id == tenant_id, order=[_T.number]))


def first_fault(connection: Connection, tenant_id: str) -> tuple[int, str] | None:
    """The number of the first checkpoint that does not hold, and why; None if all do."""
    keys = signing_key.public_keys(connection, tenant_id)
    hashes = _hashes_at(connection, tenant_id)
    previous = audit.GENESIS
    for expected, point in enumerate(all_of(connection, tenant_id), 1):
        said = statement(point)
        if point["number"] != expected or point["previous"] != previous:
            return expected, "a checkpoint is missing or out of order"
        if not verify(keys.get(point["key_id"], ""), AUDIT_CHECKPOINT, said, point["signature"]):
            return expected, "its signature does not fit"
        if hashes.get(point["sequence"]) != point["hash"]:
            return expected, f"row {point['sequence']} is not the one that was signed"
        previous = hashlib.sha256(said).hexdigest()
    return None


def _hashes_at(connection: Connection, tenant_id: str) -> dict[int, str]:
    """The hash of each row that a checkpoint speaks of."""
    a = tables.audit.c
    rows = connection.execute(
        select(a.sequence, a.hash)
        .join(tables.audit_checkpoint, (_T.tenant_id == a.tenant_id) & (_T.sequence == a.sequence))
        .where(a.tenant_id == tenant_id)
    )
    return {row.sequence: row.hash for row in rows}


def _last(connection: Connection, tenant_id: str) -> RowMapping | None:
    rows = find_all(
        connection, tables.audit_checkpoint, _T.tenant_id == tenant_id, order=[_T.number.desc()], limit=1
    )
    return rows[0] if rows else None
