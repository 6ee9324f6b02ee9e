"""Files that a seller put into a room."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from app.domain.link import SharedFile
from app.domain.record import RecordKey
from app.storage import tables
from app.storage.rows import ask, equal, insert, insert_missing

_T = tables.shared_file.c
_ON_RECORD = (
    select(tables.shared_file).where(equal(_T.tenant_id, _T.object, _T.crm_id)).order_by(_T.added_at, _T.id)
)


def add(connection: Connection, tenant_id: str, key: RecordKey, file: SharedFile) -> None:
    insert(connection, tables.shared_file, _values(tenant_id, key, file))


def add_missing(connection: Connection, tenant_id: str, found: Sequence[tuple[RecordKey, SharedFile]]) -> int:
    """How many of the shared files we did not know of."""
    return insert_missing(
        connection, tables.shared_file, [_values(tenant_id, key, file) for key, file in found]
    )


def _values(tenant_id: str, key: RecordKey, file: SharedFile) -> dict[str, Any]:
    values = asdict(file)
    crm_file_id = values.pop("crm_id")
    return {
        "tenant_id": tenant_id,
        "object": key.object,
        "crm_id": key.crm_id,
        "crm_file_id": crm_file_id,
        **values,
    }


def of_partner(
    connection: Connection, tenant_id: str, key: RecordKey, partner_id: str
) -> Sequence[SharedFile]:
    return [file for file in on_record(connection, tenant_id, key) if file.partner_id == partner_id]


def on_record(connection: Connection, tenant_id: str, key: RecordKey) -> Sequence[SharedFile]:
    """Every partner's files, the oldest first."""
    rows = ask(connection, _ON_RECORD, tenant_id=tenant_id, object=key.object, crm_id=key.crm_id)
    return [
        SharedFile(
            id=r["id"],
            partner_id=r["partner_id"],
            name=r["name"],
            type=r["type"],
            size=r["size"],
            added_at=r["added_at"],
            crm_id=r["crm_file_id"],
        )
        for r in rows
    ]
