"""The versions of a tenant's programme. The newest is in force; none is ever changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from app.domain.programme import Programme
from app.ground.plain import from_plain, plain
from app.storage import tables
from app.storage.rows import find_all, insert

_T = tables.programme.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A version with who saved it, and why."""

    programme: Programme
    author: str
    reason: str
    created_at: datetime


def current(connection: Connection, tenant_id: str) -> Programme:
    """The programme in force; a tenant that never saved one has the default, version 0."""
    newest = history(connection, tenant_id, limit=1)
    return newest[0].programme if newest else Programme()


def save(
    connection: Connection, tenant_id: str, programme: Programme, author: str, reason: str, at: datetime
) -> None:
    insert(
        connection,
        tables.programme,
        {
            "tenant_id": tenant_id,
            "version": programme.version,
            "body": plain(programme),
            "author": author[:320],
            "reason": reason,
            "created_at": at,
        },
    )


def history(connection: Connection, tenant_id: str, limit: int = 50) -> Sequence[Saved]:
    """The newest first."""
    rows = find_all(
        connection, tables.programme, _T.tenant_id == tenant_id, order=[_T.version.desc()], limit=limit
    )
    return [
        Saved(
            programme=replace(from_plain(Programme, row["body"]), version=row["version"]),
            author=row["author"],
            reason=row["reason"],
            created_at=row["created_at"],
        )
        for row in rows
    ]
