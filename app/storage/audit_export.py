"""The audit log as a file that a reviewer checks without us: app/audit_verifier.py reads it, with no other code."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.ground.clock import to_iso
from app.storage import checkpoint, signing_key, tables

FORMAT = 1


def lines(connection: Connection, tenant_id: str, name: str, at: datetime) -> Iterator[str]:
    """One JSON object a line: what it is and the public keys, every row, every checkpoint, and their numbers."""
    keys = signing_key.public_keys(connection, tenant_id)
    yield _line(
        {
            "alongside_audit": FORMAT,
            "tenant_id": tenant_id,
            "name": name,
            "at": to_iso(at),
            "keys": [{"id": id_, "public": public} for id_, public in keys.items()],
        }
    )
    rows = 0
    found = connection.execute(
        tables.audit.select().where(tables.audit.c.tenant_id == tenant_id).order_by(tables.audit.c.sequence),
        execution_options={"yield_per": 1_000},
    )
    for row in found.mappings():
        rows += 1
        yield _line({"row": _plain(dict(row))})
    points = checkpoint.all_of(connection, tenant_id)
    for point in points:
        yield _line({"checkpoint": _plain(dict(point))})
    yield _line({"rows": rows, "checkpoints": len(points)})


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_iso(value) if isinstance(value, datetime) else value for name, value in row.items()}


def _line(body: object) -> str:
    # ASCII: a CRM's text may hold half a surrogate pair, which no file in UTF-8 can.
    return json.dumps(body, sort_keys=True) + "\n"
