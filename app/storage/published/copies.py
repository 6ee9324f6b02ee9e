"""Every PDF of a room and every shared file that left, by the hash of its bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from app.ground.ids import new_id
from app.storage.published.links import PublishedLink
from app.storage.published.upsert import insert
from app.storage.published_tables import pdf_copy, share_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One file that was made, for whom, over which link, and when."""

    tenant_id: str
    email: str
    code: str
    snapshot_id: str
    policy_version: int
    at: datetime


def note_copy(
    connection: Connection,
    link: PublishedLink,
    *,
    email: str,
    snapshot_id: str,
    policy_version: int,
    body: bytes,
    at: datetime,
    file: tuple[str, int] = ("", 0),
) -> None:
    """After this it is on record that these very bytes were made for this person: the room, or the file of that id
    and version."""
    connection.execute(
        insert(connection, pdf_copy).values(
            id=new_id(),
            tenant_id=link.tenant_id,
            link_id=link.id,
            email=email,
            snapshot_id=snapshot_id,
            policy_version=policy_version,
            sha256=hashlib.sha256(body).hexdigest(),
            at=at,
            file_id=file[0],
            file_version=file[1],
        )
    )


def copy_of(connection: Connection, body: bytes) -> Copy | None:
    """The record of the file with these very bytes; None for one that we never made, or that was changed since."""
    c = pdf_copy.c
    row = connection.execute(
        select(c.tenant_id, c.email, share_link.c.code, c.snapshot_id, c.policy_version, c.at)
        .join(share_link, share_link.c.id == c.link_id)
        .where(c.sha256 == hashlib.sha256(body).hexdigest())
        .order_by(c.at)
        .limit(1)
    ).first()
    return Copy(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name


def downloads_of(
    connection: Connection, tenant_id: str, file_ids: Sequence[str]
) -> Mapping[tuple[str, int], int]:
    """How often each version of these shared files was downloaded; those that never were are absent."""
    c = pdf_copy.c
    if not file_ids:
        return {}
    rows = connection.execute(
        select(c.file_id, c.file_version, func.count().label("times"))
        .where(c.tenant_id == tenant_id, c.file_id.in_(list(file_ids)))
        .group_by(c.file_id, c.file_version)
    )
    return {(row.file_id, row.file_version): row.times for row in rows}


def files_taken(
    connection: Connection, tenant_id: str, link_ids: Sequence[str]
) -> Mapping[tuple[str, str, str, int], list[tuple[str, int, datetime]]]:
    """Which files were downloaded over these links: (id, version, when), by link, mailbox, snapshot and policy."""
    c = pdf_copy.c
    rows = connection.execute(
        select(c.link_id, c.email, c.snapshot_id, c.policy_version, c.file_id, c.file_version, c.at)
        .where(c.tenant_id == tenant_id, c.link_id.in_(list(link_ids)), c.file_id != "")
        .order_by(c.at)
    )
    found: dict[tuple[str, str, str, int], list[tuple[str, int, datetime]]] = {}
    for row in rows:
        key = (row.link_id, row.email, row.snapshot_id, row.policy_version)
        found.setdefault(key, []).append((row.file_id, row.file_version, row.at))
    return found
