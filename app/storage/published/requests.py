"""Who asked to be let in over a link that was not made for them, and who looked in over which link."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from app.domain.link import AccessRequest, AccessState, Visits
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage.published.links import PublishedLink
from app.storage.published.upsert import insert
from app.storage.published_tables import access_request, link_terms, pdf_copy, view

MOST_WAITING = 20
"""Requests that wait on one link at most: a seller reads them, so a flood must not hide the one that matters."""

_C = access_request.c
_COLUMNS = tuple(_C[name] for name in AccessRequest.__dataclass_fields__)


def ask(
    connection: Connection, link: PublishedLink, *, email: str, name: str, note: str, at: datetime
) -> None:
    """After this the seller sees that this mailbox asked, once however often it asks. Nothing changes for a mailbox
    that was answered already, or while too many wait."""
    waiting = connection.scalar(
        select(func.count()).where(_C.link_id == link.id, _C.state == AccessState.WAITING, _C.email != email)
    )
    if (waiting or 0) >= MOST_WAITING:
        return
    connection.execute(
        insert(connection, access_request)
        .values(
            id=new_id(),
            tenant_id=link.tenant_id,
            link_id=link.id,
            email=email,
            name=name,
            note=note,
            asked_at=at,
            state=AccessState.WAITING,
        )
        .on_conflict_do_update(
            index_elements=["link_id", "email"],
            set_={"name": name, "note": note, "asked_at": at},
            where=_C.state == AccessState.WAITING,
        )
    )


def request_of(connection: Connection, tenant_id: str, request_id: str) -> tuple[str, AccessRequest]:
    """The link's id and the request, if it waits. Raises AppError for one this tenant does not have."""
    row = connection.execute(
        select(_C.link_id, _C.state, *_COLUMNS).where(_C.tenant_id == tenant_id, _C.id == request_id)
    ).first()
    if row is None:
        raise AppError(Reason.NOT_FOUND, "There is no such request. It may belong to another account.")
    if row.state != AccessState.WAITING:
        raise AppError(Reason.STATE_CONFLICT, "This request was answered already.")
    values = {name: row._mapping[name] for name in AccessRequest.__dataclass_fields__}  # noqa: SLF001 - public
    return row.link_id, AccessRequest(**values)


def decide(
    connection: Connection, tenant_id: str, request_id: str, state: AccessState, by: str, at: datetime
) -> None:
    connection.execute(
        update(access_request)
        .where(_C.tenant_id == tenant_id, _C.id == request_id)
        .values(state=state, decided_at=at, decided_by=by)
    )


def waiting_on(
    connection: Connection, tenant_id: str, link_ids: Sequence[str]
) -> Mapping[str, list[AccessRequest]]:
    """What waits for the seller's answer on these links, oldest first."""
    found: dict[str, list[AccessRequest]] = {}
    rows = connection.execute(
        select(_C.link_id, *_COLUMNS)
        .where(_C.tenant_id == tenant_id, _C.link_id.in_(list(link_ids)), _C.state == AccessState.WAITING)
        .order_by(_C.asked_at, _C.id)
    )
    for row in rows.mappings():
        values = {name: row[name] for name in AccessRequest.__dataclass_fields__}
        found.setdefault(row["link_id"], []).append(AccessRequest(**values))
    return found


def visits_of(connection: Connection, tenant_id: str, link_ids: Sequence[str]) -> Mapping[str, list[Visits]]:
    """Who opened these links, each mailbox by itself, the latest first."""
    c = view.c
    rows = connection.execute(
        select(c.link_id, c.email, c.device, func.count().label("times"), func.max(c.at).label("last_at"))
        .where(c.tenant_id == tenant_id, c.link_id.in_(list(link_ids)))
        .group_by(c.link_id, c.email, c.device)
        .order_by(func.max(c.at).desc())
    )
    found: dict[str, dict[str, Visits]] = {}
    for row in rows:
        of_link = found.setdefault(row.link_id, {})
        known = of_link.get(row.email)
        of_link[row.email] = Visits(
            email=row.email,
            times=row.times + (known.times if known else 0),
            last_at=known.last_at if known else row.last_at,
            devices=(*(known.devices if known else ()), *((row.device,) if row.device else ())),
        )
    d = pdf_copy.c
    copies = connection.execute(
        select(d.link_id, d.email, func.count().label("downloads"))
        .where(d.tenant_id == tenant_id, d.link_id.in_(list(link_ids)))
        .group_by(d.link_id, d.email)
    )
    for row in copies:
        known = found.get(row.link_id, {}).get(row.email)
        if known:
            found[row.link_id][row.email] = replace(known, downloads=row.downloads)
    return {link_id: list(by_mail.values()) for link_id, by_mail in found.items()}


def terms_text(connection: Connection, tenant_id: str, version: str) -> str:
    """The terms of that version, empty where there are none."""
    found = connection.scalar(
        select(link_terms.c.text).where(link_terms.c.tenant_id == tenant_id, link_terms.c.version == version)
    )
    return str(found or "")


def newest_terms(connection: Connection, tenant_id: str) -> tuple[str, str]:
    """The version and the text that new links ask to accept; both empty where there are none."""
    row = connection.execute(
        select(link_terms.c.version, link_terms.c.text)
        .where(link_terms.c.tenant_id == tenant_id)
        .order_by(link_terms.c.created_at.desc())
        .limit(1)
    ).first()
    return (row.version, row.text) if row else ("", "")
