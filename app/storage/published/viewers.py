"""Who looks at a room: one-time codes, sessions, views, and who was shown what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, bindparam, cast, delete, func, select, update

from app.domain.record import RecordKey
from app.ground.ids import new_id
from app.storage.published.links import COLUMNS, PublishedLink
from app.storage.published.upsert import insert
from app.storage.published_tables import (
    acceptance,
    face,
    live_policy,
    partner_inbox,
    share_link,
    snapshot,
    view,
    viewer_code,
    viewer_session,
)

SPENT = ""
"""The hash of a code that was used: no code hashes to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerSession:
    """`last_visit_at` is the visit before this session: what is newer is news."""

    token_hash: str
    link_id: str
    email: str
    created_at: datetime
    expires_at: datetime
    last_visit_at: datetime | None
    passcode: str = ""
    terms: str = ""


_session_columns = tuple(viewer_session.c[name] for name in ViewerSession.__dataclass_fields__)

_answers = select(cast(func.count(), String) + "." + cast(func.count(partner_inbox.c.done_at), String)).where(
    partner_inbox.c.link_id == share_link.c.id
)

_latest = (
    select(snapshot.c.id)
    .where(
        snapshot.c.tenant_id == share_link.c.tenant_id,
        snapshot.c.object == share_link.c.object,
        snapshot.c.crm_id == share_link.c.crm_id,
        snapshot.c.partner_id == share_link.c.partner_id,
    )
    .order_by(snapshot.c.version.desc())
    .limit(1)
)

by_session_hash = (
    select(
        *COLUMNS,
        face.c.vendor_name,
        face.c.vendor_color,
        *(column.label(f"session_{column.name}") for column in _session_columns),
        live_policy.c.version.label("policy_version"),
        _latest.scalar_subquery().label("snapshot_id"),
        _answers.scalar_subquery().label("answers"),
    )
    .select_from(
        viewer_session.join(share_link, share_link.c.id == viewer_session.c.link_id)
        .outerjoin(face, face.c.tenant_id == share_link.c.tenant_id)
        .outerjoin(live_policy, live_policy.c.tenant_id == share_link.c.tenant_id)
    )
    .where(viewer_session.c.token_hash == bindparam("token_hash"))
)
"""One query that says all a request inside the room depends on: the session, the link as it is now, the version of
today's policy, the latest snapshot, and how many answers were given and dealt with."""


def read_session(values: dict[str, Any]) -> ViewerSession:
    return ViewerSession(**{name: values[f"session_{name}"] for name in ViewerSession.__dataclass_fields__})


def put_code(
    connection: Connection, link_id: str, email: str, code_hash: str, expires_at: datetime, at: datetime
) -> None:
    """After this only this code opens the link for this mailbox: the one before is dead."""
    values = {"code_hash": code_hash, "expires_at": expires_at, "tries": 0, "sent_at": at}
    connection.execute(
        insert(connection, viewer_code)
        .values(link_id=link_id, email=email, sent_count=1, **values)
        .on_conflict_do_update(
            index_elements=["link_id", "email"],
            set_={**values, "sent_count": viewer_code.c.sent_count + 1},
        )
    )


def _out(link_id: str, email: str) -> tuple[ColumnElement[bool], ...]:
    """The code that is out for this mailbox, if it was not used."""
    c = viewer_code.c
    return c.link_id == link_id, c.email == email, c.code_hash != SPENT


def code_sent_at(connection: Connection, link_id: str, email: str) -> datetime | None:
    """When the code that is out was sent; None when none is out, as after one was used."""
    return connection.execute(select(viewer_code.c.sent_at).where(*_out(link_id, email))).scalar_one_or_none()


def take_code(
    connection: Connection, link_id: str, email: str, code_hash: str, tries: int, at: datetime
) -> bool:
    """True when this is the code that is out, once. Every call counts as a try first, so that any number of
    concurrent guesses together have `tries`."""
    counted = connection.execute(
        update(viewer_code)
        .where(*_out(link_id, email), viewer_code.c.tries < tries, viewer_code.c.expires_at > at)
        .values(tries=viewer_code.c.tries + 1)
    )
    if counted.rowcount != 1:
        return False
    taken = connection.execute(
        update(viewer_code)
        .where(*_out(link_id, email), viewer_code.c.code_hash == code_hash)
        .values(code_hash=SPENT)
    )
    return taken.rowcount == 1


def tries_left(connection: Connection, link_id: str, email: str, tries: int, at: datetime) -> int:
    """How often the code that is out may still be guessed; 0 when none is out."""
    used = connection.execute(
        select(viewer_code.c.tries).where(*_out(link_id, email), viewer_code.c.expires_at > at)
    ).scalar_one_or_none()
    return 0 if used is None else max(0, tries - used)


def take_opening(connection: Connection, link_id: str, most: int | None, at: datetime) -> bool:
    """True, and it is counted, when the link was opened fewer than `most` times. One statement, so that of any
    number of openings at once no more than `most` get in."""
    where = [share_link.c.id == link_id, share_link.c.revoked_at.is_(None)]
    if most is not None:
        where.append(share_link.c.views < most)
    counted = connection.execute(
        update(share_link).where(*where).values(views=share_link.c.views + 1, last_viewed_at=at)
    )
    return counted.rowcount == 1


def start_session(
    connection: Connection,
    link: PublishedLink,
    *,
    token_hash: str,
    email: str,
    expires_at: datetime,
    at: datetime,
    device: str,
    address_hash: str,
    passcode: str = "",
    terms: str = "",
) -> None:
    """After this the viewer is in, it stands in the record of views, and the visit before is remembered. What was
    accepted is on record."""
    before = connection.execute(
        select(func.max(view.c.at)).where(view.c.link_id == link.id, view.c.email == email)
    ).scalar_one()
    connection.execute(
        viewer_session.insert().values(
            token_hash=token_hash,
            link_id=link.id,
            email=email,
            created_at=at,
            expires_at=expires_at,
            last_visit_at=before,
            passcode=passcode,
            terms=terms,
        )
    )
    if terms:
        _note_acceptance(connection, link, email, terms, at)
    connection.execute(
        view.insert().values(
            id=new_id(),
            tenant_id=link.tenant_id,
            link_id=link.id,
            email=email,
            at=at,
            device=device,
            address_hash=address_hash,
        )
    )


def _note_acceptance(
    connection: Connection, link: PublishedLink, email: str, terms: str, at: datetime
) -> None:
    values = {"tenant_id": link.tenant_id, "link_id": link.id, "email": email, "terms": terms, "at": at}
    connection.execute(acceptance.insert().values(id=new_id(), **values))


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(viewer_session).where(viewer_session.c.token_hash == token_hash))


def forget_sessions(connection: Connection, at: datetime) -> int:
    """Removes the sessions that have ended; says how many."""
    return connection.execute(delete(viewer_session).where(viewer_session.c.expires_at <= at)).rowcount


def last_view_of(
    connection: Connection, tenant_id: str, record: RecordKey, partner_id: str
) -> datetime | None:
    """When somebody of this partner last opened the room, over any link."""
    latest: datetime | None = connection.execute(
        select(func.max(share_link.c.last_viewed_at)).where(
            share_link.c.tenant_id == tenant_id,
            share_link.c.object == record.object,
            share_link.c.crm_id == record.crm_id,
            share_link.c.partner_id == partner_id,
        )
    ).scalar_one()
    return latest
