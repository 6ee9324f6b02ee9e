"""Every PDF of a room that left, by the hash of its bytes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.ground.ids import new_id
from app.storage.published.links import PublishedLink
from app.storage.published.upsert import insert
from app.storage.published_tables import pdf_copy, share_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One PDF that was made, for whom, over which link, and when."""

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
) -> None:
    """After this it is on record that these very bytes were made for this person."""
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
        )
    )


def copy_of(connection: Connection, body: bytes) -> Copy | None:
    """The record of the PDF with these very bytes; None for one that we never made, or that was changed since."""
    c = pdf_copy.c
    row = connection.execute(
        select(c.tenant_id, c.email, share_link.c.code, c.snapshot_id, c.policy_version, c.at)
        .join(share_link, share_link.c.id == c.link_id)
        .where(c.sha256 == hashlib.sha256(body).hexdigest())
        .order_by(c.at)
        .limit(1)
    ).first()
    return Copy(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's public name
