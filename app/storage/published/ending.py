"""Takes a firm or a person off everything that was published: links, sessions, codes, requests, answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from app.storage.published.links import COLUMNS, PublishedLink, read_link
from app.storage.published_tables import (
    access_request,
    partner_inbox,
    share_link,
    viewer_code,
    viewer_session,
)

IN_ONE = 500
"""Ids in one statement: databases bound how many values one takes."""


def open_links(connection: Connection, tenant_id: str, partner_id: str = "") -> list[PublishedLink]:
    """Every link that was not revoked, ended ones too: a session never outlives its link, but its record does."""
    where = [share_link.c.tenant_id == tenant_id, share_link.c.revoked_at.is_(None)]
    if partner_id:
        where.append(share_link.c.partner_id == partner_id)
    rows = connection.execute(select(*COLUMNS).where(*where).order_by(share_link.c.id)).mappings()
    return [read_link({str(key): value for key, value in row.items()}) for row in rows]


def end_visits(
    connection: Connection, tenant_id: str, link_ids: Sequence[str], email: str = ""
) -> tuple[int, int]:
    """How many sessions and codes on these links ended: all of them, or those of one mailbox."""
    own = select(share_link.c.id).where(share_link.c.tenant_id == tenant_id)
    counts = []
    for table in (viewer_session, viewer_code):
        ended = 0
        for start in range(0, len(link_ids), IN_ONE):
            part = list(link_ids[start : start + IN_ONE])
            where: list[ColumnElement[bool]] = [table.c.link_id.in_(part), table.c.link_id.in_(own)]
            if email:
                where.append(table.c.email == email)
            ended += connection.execute(delete(table).where(*where)).rowcount
        counts.append(ended)
    return counts[0], counts[1]


def refuse_waiting(
    connection: Connection, tenant_id: str, at: datetime, *, partner_id: str = "", email: str = ""
) -> int:
    """How many answers that nobody has executed yet were refused."""
    c = partner_inbox.c
    whose = c.partner_id == partner_id if partner_id else c.email == email
    return connection.execute(
        update(partner_inbox)
        .where(c.tenant_id == tenant_id, c.state == "waiting", whose)
        .values(state="refused", reason="Your access has ended.", done_at=at)
    ).rowcount


def decline_requests(
    connection: Connection, tenant_id: str, link_ids: Sequence[str], email: str, by: str, at: datetime
) -> int:
    """How many requests to be let in were declined: those on these links, and those of this mailbox anywhere."""
    c = access_request.c
    whose: list[Any] = [c.link_id.in_(list(link_ids)[:IN_ONE])] + ([c.email == email] if email else [])
    return connection.execute(
        update(access_request)
        .where(c.tenant_id == tenant_id, c.state == "waiting", or_(*whose))
        .values(state="declined", decided_at=at, decided_by=by)
    ).rowcount
