"""Viewings: who was shown a room in which minute, by the id that the hidden marks carry; and the key of the marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.ground.ids import new_token, new_view_id
from app.storage.published.links import COLUMNS, PublishedLink, read_link
from app.storage.published.upsert import insert
from app.storage.published_tables import share_link, tracing_key, viewing

FIRST_KEY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """`id` has 16 hex digits. `session_hash` tells two devices of one viewer apart."""

    id: str
    tenant_id: str
    link_id: str
    email: str
    session_hash: str
    minute: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenViewing:
    """A viewing with what its link says today."""

    viewing: Viewing
    code: str
    partner_id: str
    contact_name: str


def current_key(connection: Connection) -> str:
    """The secret that new marks are made with: the newest there is, made now if there is none."""
    newest = select(tracing_key.c.secret).order_by(tracing_key.c.version.desc()).limit(1)
    found = connection.scalar(newest)
    if found is None:
        connection.execute(
            insert(connection, tracing_key)
            .values(version=FIRST_KEY, secret=new_token())
            .on_conflict_do_nothing(index_elements=["version"])
        )
        found = connection.scalar(newest)
    return str(found)


def all_keys(connection: Connection) -> list[str]:
    """Every secret that marks were ever made with, newest first."""
    return list(connection.scalars(select(tracing_key.c.secret).order_by(tracing_key.c.version.desc())))


def note_viewing(
    connection: Connection, *, tenant_id: str, link_id: str, email: str, session_hash: str, at: datetime
) -> str:
    """The id of this session's viewing in this minute: on record when this returns, the same for every process."""
    minute = at.replace(second=0, microsecond=0)
    connection.execute(
        insert(connection, viewing)
        .values(
            id=new_view_id(),
            tenant_id=tenant_id,
            link_id=link_id,
            email=email,
            session_hash=session_hash,
            minute=minute,
        )
        .on_conflict_do_nothing(index_elements=["session_hash", "minute"])
    )
    return str(
        connection.execute(
            select(viewing.c.id).where(viewing.c.session_hash == session_hash, viewing.c.minute == minute)
        ).scalar_one()
    )


def viewings_of(connection: Connection, ids: Iterable[str]) -> dict[str, SeenViewing]:
    """Those of these ids that were ever given out, of every tenant: a leak does not say whose it is."""
    columns = [viewing.c[name] for name in Viewing.__dataclass_fields__]
    rows = connection.execute(
        select(*columns, share_link.c.code, share_link.c.partner_id, share_link.c.contact_name)
        .join(share_link, share_link.c.id == viewing.c.link_id)
        .where(viewing.c.id.in_(list(ids)))
    )
    return {
        row["id"]: SeenViewing(
            viewing=Viewing(**{name: row[name] for name in Viewing.__dataclass_fields__}),
            code=row["code"],
            partner_id=row["partner_id"],
            contact_name=row["contact_name"],
        )
        for row in rows.mappings()
    }


def links_by_code(connection: Connection, codes: Iterable[str]) -> dict[str, PublishedLink]:
    """The links that bear these codes, of every tenant."""
    rows = connection.execute(select(*COLUMNS).where(share_link.c.code.in_(list(codes)))).mappings()
    return {row["code"]: read_link({str(key): value for key, value in row.items()}) for row in rows}
