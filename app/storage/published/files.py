"""The safe copies of shared files, every version that was ever offered. They leave only with a viewer's mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.storage.published.upsert import insert
from app.storage.published_tables import room_file

_C = room_file.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One version of a file, without its bytes. `digest` is the SHA-256 of them."""

    version: int
    digest: str
    kind: str
    pages: int
    size: int
    fetched_at: datetime


def newest_version(connection: Connection, tenant_id: str, file_id: str) -> Kept | None:
    rows = versions_of(connection, tenant_id, file_id)
    return rows[0] if rows else None


def versions_of(connection: Connection, tenant_id: str, file_id: str) -> list[Kept]:
    """The newest first."""
    columns = [_C[name] for name in Kept.__dataclass_fields__ if name != "size"]
    rows = connection.execute(
        select(*columns, func.length(_C.body).label("size"))
        .where(_C.tenant_id == tenant_id, _C.file_id == file_id)
        .order_by(_C.version.desc())
    )
    return [Kept(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def every_version(
    connection: Connection, tenant_id: str, file_ids: Sequence[str]
) -> Mapping[str, list[tuple[int, int, datetime]]]:
    """Version, size and when it was fetched, of each of these files, the newest first; one question for all."""
    if not file_ids:
        return {}
    rows = connection.execute(
        select(_C.file_id, _C.version, func.length(_C.body).label("size"), _C.fetched_at)
        .where(_C.tenant_id == tenant_id, _C.file_id.in_(list(file_ids)))
        .order_by(_C.version.desc())
    )
    found: dict[str, list[tuple[int, int, datetime]]] = {}
    for row in rows:
        found.setdefault(row.file_id, []).append((row.version, row.size, row.fetched_at))
    return found


def keep(connection: Connection, tenant_id: str, file_id: str, kept: Kept, body: bytes) -> None:
    """The version is kept for good; one that is kept already stays as it is."""
    values = {name: getattr(kept, name) for name in Kept.__dataclass_fields__ if name != "size"}
    statement = insert(connection, room_file).values(
        tenant_id=tenant_id, file_id=file_id, body=body, **values
    )
    connection.execute(statement.on_conflict_do_nothing())


def body_of(connection: Connection, tenant_id: str, file_id: str, version: int, digest: str) -> bytes | None:
    """The bytes of that version, if they are the ones that the snapshot names."""
    return connection.scalar(
        select(_C.body).where(
            _C.tenant_id == tenant_id, _C.file_id == file_id, _C.version == version, _C.digest == digest
        )
    )
