"""Files that a seller put into a room, and when to fetch them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from app.domain.link import FileCopy, FileState, SharedFile
from app.domain.record import ObjectKind, RecordKey
from app.ground.ids import new_id
from app.storage import tables
from app.storage.rows import ask, equal, insert, insert_missing, update

LEASE = timedelta(minutes=5)
"""Longer than fetching a file and drawing it anew takes."""

_T = tables.shared_file.c
_F = tables.file_fetch.c
_FETCHED = ("state", "reason", "version", "digest", "kind", "copy_size")
_ON_RECORD = (
    select(tables.shared_file, *(_F[name] for name in _FETCHED))
    .outerjoin(tables.file_fetch, and_(_F.tenant_id == _T.tenant_id, _F.file_id == _T.id))
    .where(equal(_T.tenant_id, _T.object, _T.crm_id))
    .order_by(_T.added_at, _T.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A file that is due to be looked at in the CRM, leased under `fence`."""

    tenant_id: str
    file_id: str
    crm_file_id: str
    state: FileState
    read_at: datetime | None
    version: int
    digest: str
    attempts: int
    fence: str


def add(connection: Connection, tenant_id: str, key: RecordKey, file: SharedFile) -> None:
    insert(connection, tables.shared_file, _values(tenant_id, key, file))
    insert_missing(connection, tables.file_fetch, _to_fetch(tenant_id, [file]))


def add_missing(connection: Connection, tenant_id: str, found: Sequence[tuple[RecordKey, SharedFile]]) -> int:
    """How many of the shared files we did not know of."""
    insert_missing(connection, tables.file_fetch, _to_fetch(tenant_id, [file for _, file in found]))
    return insert_missing(
        connection, tables.shared_file, [_values(tenant_id, key, file) for key, file in found]
    )


def remove(connection: Connection, tenant_id: str, file_id: str) -> None:
    """The file is in no room any more. The copies that partners were given stay on record."""
    connection.execute(delete(tables.shared_file).where(_T.tenant_id == tenant_id, _T.id == file_id))
    connection.execute(delete(tables.file_fetch).where(_F.tenant_id == tenant_id, _F.file_id == file_id))


def _values(tenant_id: str, key: RecordKey, file: SharedFile) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "object": key.object,
        "crm_id": key.crm_id,
        "crm_file_id": file.crm_id,
        **{name: getattr(file, name) for name in ("id", "partner_id", "name", "type", "size", "added_at")},
    }


def _to_fetch(tenant_id: str, files: Iterable[SharedFile]) -> list[dict[str, Any]]:
    return [
        {
            "tenant_id": tenant_id,
            "file_id": file.id,
            "crm_file_id": file.crm_id,
            "state": FileState.WAITING,
            "reason": "",
            "read_at": None,
            "version": 0,
            "digest": "",
            "kind": "",
            "copy_size": 0,
            "due_at": file.added_at,
            "attempts": 0,
            "fence": "",
        }
        for file in files
        if file.crm_id
    ]


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
            state=FileState(r["state"]) if r["state"] else FileState.WAITING,
            reason=r["reason"] or "",
            copy=FileCopy(version=r["version"], digest=r["digest"], kind=r["kind"], size=r["copy_size"])
            if r["version"]
            else None,
        )
        for r in rows
    ]


def place_of(connection: Connection, tenant_id: str, file_id: str) -> tuple[RecordKey, str] | None:
    """On which record the file is shared now, and under which name; None once it no longer is."""
    row = connection.execute(
        select(_T.object, _T.crm_id, _T.name).where(_T.tenant_id == tenant_id, _T.id == file_id)
    ).first()
    return (RecordKey(ObjectKind(row.object), row.crm_id), row.name) if row else None


def fetches_due(connection: Connection, now: datetime) -> bool:
    return connection.execute(select(_F.file_id).where(_F.due_at <= now).limit(1)).first() is not None


def claim_fetches(connection: Connection, now: datetime, limit: int) -> list[Fetch]:
    """Files that are due to be looked at, the longest waiting first, leased for LEASE."""
    statement = select(tables.file_fetch).where(_F.due_at <= now).order_by(_F.due_at).limit(limit)
    rows = connection.execute(statement.with_for_update(skip_locked=True)).mappings().all()
    fence = new_id()
    for row in rows:
        lease = {"due_at": now + LEASE, "attempts": row["attempts"] + 1, "fence": fence}
        update(connection, tables.file_fetch, lease, *_is(row["tenant_id"], row["file_id"]))
    return [
        Fetch(
            state=FileState(row["state"]),
            attempts=row["attempts"] + 1,
            fence=fence,
            **{
                name: row[name]
                for name in ("tenant_id", "file_id", "crm_file_id", "read_at", "version", "digest")
            },
        )
        for row in rows
    ]


def settle_fetch(connection: Connection, fetch: Fetch, values: dict[str, Any]) -> bool:
    """False, and nothing is changed, when somebody asked for the file again meanwhile or took it over."""
    return (
        update(
            connection,
            tables.file_fetch,
            values,
            *_is(fetch.tenant_id, fetch.file_id),
            _F.fence == fetch.fence,
        )
        == 1
    )


def fetch_again(connection: Connection, tenant_id: str, file_id: str, now: datetime) -> None:
    """The file is read anew as soon as a worker is free, changed or not."""
    values = {"due_at": now, "attempts": 0, "fence": "", "read_at": None}
    update(connection, tables.file_fetch, values, *_is(tenant_id, file_id))


def _is(tenant_id: str, file_id: str) -> tuple[Any, ...]:
    return _F.tenant_id == tenant_id, _F.file_id == file_id
