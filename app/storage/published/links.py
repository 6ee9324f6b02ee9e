"""Share links: what is stored of them. The token itself is known to nobody but its holder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, or_, select, update

from app.domain.link import ShareLink
from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason
from app.storage.published.upsert import insert
from app.storage.published_tables import face, live_policy, share_link, viewer_code, viewer_session

ROOM, FORM = "room", "form"
"""What a link opens: a room, or a login-free registration form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLink:
    """A link as it is stored. `rules` are [tag, fields…] lists that app.sharing.rules reads; `record` is None for
    a form."""

    id: str
    tenant_id: str
    code: str
    purpose: str
    record: RecordKey | None
    partner_id: str
    contact_name: str
    contact_email: str
    rules: tuple[tuple[str, ...], ...]
    created_at: datetime
    created_by: str
    not_before: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    withdrawn_at: datetime | None = None
    views: int = 0
    last_viewed_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When it stopped to open anything, for good or for as long as its record is gone from the CRM."""
        return self.revoked_at or self.withdrawn_at

    def for_seller(self) -> ShareLink:
        """What a seller may know of it."""
        return ShareLink(
            id=self.id,
            code=self.code,
            partner_id=self.partner_id,
            contact_name=self.contact_name,
            contact_email=self.contact_email,
            created_at=self.created_at,
            created_by=self.created_by,
            expires_at=self.expires_at,
            revoked_at=self.revoked_at,
            views=self.views,
            last_viewed_at=self.last_viewed_at,
            also=self.also,
            conditions=tuple(_said(rule) for rule in self.rules if rule[0] in _CONDITIONS),
        )

    @property
    def also(self) -> tuple[str, ...]:
        """Whom it opens for beside the contact it was made for."""
        entries = next((rule[1:] for rule in self.rules if rule[0] == "audience"), ())
        return tuple(entry for entry in entries if entry != self.contact_email)


_CONDITIONS = {
    "views": "opens {0} times at most",
    "passcode": "with a passcode",
    "terms": "after accepting the terms",
    "hours": "{1} to {2} ({0})",
}


def _said(rule: tuple[str, ...]) -> str:
    said = "opens once" if rule[:2] == ("views", "1") else _CONDITIONS[rule[0]]
    return said.format(*rule[1:])


COLUMNS = tuple(column for column in share_link.c if column.name != "token_hash")

by_token_hash = (
    select(
        *COLUMNS,
        face.c.vendor_name,
        face.c.vendor_color,
    )
    .select_from(share_link.outerjoin(face, face.c.tenant_id == share_link.c.tenant_id))
    .where(share_link.c.token_hash == bindparam("token_hash"))
)
"""The link and its vendor's face: all that a stranger's first request needs."""


_OF_TENANT = (
    select(*COLUMNS)
    .where(share_link.c.tenant_id == bindparam("tenant_id"))
    .order_by(share_link.c.created_at.desc(), share_link.c.id.desc())
)
_OF_RECORD = _OF_TENANT.where(
    share_link.c.object == bindparam("object"), share_link.c.crm_id == bindparam("crm_id")
)


def read_link(values: Mapping[str, Any]) -> PublishedLink:
    known = {column.name: values[column.name] for column in COLUMNS}
    obj, crm_id = known.pop("object"), known.pop("crm_id")
    known["rules"] = tuple(tuple(rule) for rule in known["rules"])
    record = RecordKey(ObjectKind(obj), crm_id) if obj and crm_id else None
    return PublishedLink(record=record, **known)


def save_link(connection: Connection, link: PublishedLink, token_hash: str) -> None:
    """After this the link can be opened by whoever holds the token of that hash."""
    connection.execute(
        share_link.insert().values(
            id=link.id,
            tenant_id=link.tenant_id,
            token_hash=token_hash,
            code=link.code,
            purpose=link.purpose,
            object=link.record.object if link.record else None,
            crm_id=link.record.crm_id if link.record else None,
            partner_id=link.partner_id,
            contact_name=link.contact_name,
            contact_email=link.contact_email,
            rules=[list(rule) for rule in link.rules],
            created_at=link.created_at,
            created_by=link.created_by,
            not_before=link.not_before,
            expires_at=link.expires_at,
            revoked_at=link.revoked_at,
            withdrawn_at=link.withdrawn_at,
            views=link.views,
            last_viewed_at=link.last_viewed_at,
        )
    )


def link_of(connection: Connection, tenant_id: str, link_id: str) -> PublishedLink:
    """Raises AppError for a link this tenant does not have."""
    row = (
        connection.execute(
            select(*COLUMNS).where(share_link.c.tenant_id == tenant_id, share_link.c.id == link_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise AppError(Reason.NOT_FOUND, "There is no such link. It may belong to another account.")
    return read_link({str(key): value for key, value in row.items()})


def links_of(
    connection: Connection,
    tenant_id: str,
    *,
    record: RecordKey | None = None,
    partner_id: str | None = None,
) -> list[PublishedLink]:
    """The tenant's links, newest first: all of them, or those of a record, a partner, or both."""
    query = _OF_TENANT if record is None else _OF_RECORD
    asked = {"tenant_id": tenant_id, "partner_id": partner_id}
    if record is not None:
        asked |= {"object": record.object, "crm_id": record.crm_id}
    if partner_id is not None:
        query = query.where(share_link.c.partner_id == bindparam("partner_id"))
    rows = connection.execute(query, asked)
    return [read_link({str(key): value for key, value in row.items()}) for row in rows.mappings()]


def open_links(
    connection: Connection,
    tenant_id: str,
    records: Sequence[RecordKey],
    partner_ids: Sequence[str],
    now: datetime,
) -> list[PublishedLink]:
    """The links of these partners to the rooms of these records that have begun and not ended, newest first."""
    c = share_link.c
    kinds = {key.object for key in records}
    places = [
        (c.object == kind) & c.crm_id.in_([key.crm_id for key in records if key.object is kind])
        for kind in sorted(kinds)
    ]
    if not places:
        return []
    query = _OF_TENANT.where(
        or_(*places),
        c.partner_id.in_(partner_ids),
        c.purpose == ROOM,
        c.revoked_at.is_(None),
        c.withdrawn_at.is_(None),
        c.not_before <= now,
        c.expires_at > now,
    )
    rows = connection.execute(query.limit(200), {"tenant_id": tenant_id})
    return [read_link({str(key): value for key, value in row.items()}) for row in rows.mappings()]


def open_rooms(connection: Connection, tenant_id: str, now: datetime) -> set[RecordKey]:
    """The records whose rooms somebody can still open."""
    return {
        link.record
        for link in links_of(connection, tenant_id)
        if link.purpose == ROOM and link.record and link.ended_at is None and link.expires_at > now
    }


def revoke_link(connection: Connection, tenant_id: str, link_id: str, at: datetime) -> PublishedLink:
    """After this the next request on the link is refused, open sessions included. A second time changes nothing.
    Raises AppError for a link this tenant does not have."""
    connection.execute(
        update(share_link)
        .where(
            share_link.c.tenant_id == tenant_id,
            share_link.c.id == link_id,
            share_link.c.revoked_at.is_(None),
        )
        .values(revoked_at=at)
    )
    return link_of(connection, tenant_id, link_id)


def withdraw_links(connection: Connection, tenant_id: str, record: RecordKey, at: datetime) -> int:
    """After this the record's links open nothing, open sessions included, until they are brought back. How many of
    them were open."""
    open_now = live_links(connection, tenant_id, record, at)
    _set_withdrawn(connection, tenant_id, record, at)
    return open_now


def bring_links_back(connection: Connection, tenant_id: str, record: RecordKey, at: datetime) -> int:
    """After this the record's links open as their own rules say. How many do now."""
    _set_withdrawn(connection, tenant_id, record, None)
    return live_links(connection, tenant_id, record, at)


def _set_withdrawn(connection: Connection, tenant_id: str, record: RecordKey, at: datetime | None) -> None:
    c = share_link.c
    connection.execute(
        update(share_link)
        .where(c.tenant_id == tenant_id, c.object == record.object, c.crm_id == record.crm_id)
        .values(withdrawn_at=at)
    )


def extend_link(connection: Connection, tenant_id: str, link_id: str, expires_at: datetime) -> PublishedLink:
    """The link with a new end. Raises AppError when it was revoked or is not this tenant's."""
    link = link_of(connection, tenant_id, link_id)
    if link.revoked_at is not None:
        raise AppError(Reason.STATE_CONFLICT, "This link was revoked. Create a new one instead.")
    connection.execute(
        update(share_link)
        .where(share_link.c.tenant_id == tenant_id, share_link.c.id == link_id)
        .values(expires_at=expires_at)
    )
    return link_of(connection, tenant_id, link_id)


def set_rules(connection: Connection, tenant_id: str, link_id: str, rules: Sequence[tuple[str, ...]]) -> None:
    """After this the link's next request is held against these rules, open sessions included."""
    connection.execute(
        update(share_link)
        .where(share_link.c.tenant_id == tenant_id, share_link.c.id == link_id)
        .values(rules=[list(rule) for rule in rules])
    )


def replace_token(connection: Connection, tenant_id: str, link_id: str, token_hash: str) -> None:
    """After this the link opens by the token of that hash alone: the one before, every session and every code that
    came of it are dead."""
    connection.execute(
        update(share_link)
        .where(share_link.c.tenant_id == tenant_id, share_link.c.id == link_id)
        .values(token_hash=token_hash)
    )
    for table in (viewer_session, viewer_code):
        connection.execute(delete(table).where(table.c.link_id == link_id))


def live_links(connection: Connection, tenant_id: str, record: RecordKey, at: datetime) -> int:
    """How many links of this record can still be opened: the CRM shows the number."""
    return sum(
        link.ended_at is None and link.expires_at > at
        for link in links_of(connection, tenant_id, record=record)
    )


def _set(table: Table, connection: Connection, tenant_id: str, values: dict[str, Any]) -> None:
    connection.execute(
        insert(connection, table)
        .values(tenant_id=tenant_id, **values)
        .on_conflict_do_update(index_elements=["tenant_id"], set_=values)
    )


def set_face(connection: Connection, tenant_id: str, vendor_name: str, vendor_color: str) -> None:
    """After this every share page of the tenant bears this name and colour (#rrggbb)."""
    _set(face, connection, tenant_id, {"vendor_name": vendor_name, "vendor_color": vendor_color})


def set_live_policy(connection: Connection, tenant_id: str, version: int, body: object) -> None:
    """After this every request of the tenant's viewers is narrowed by this policy."""
    _set(live_policy, connection, tenant_id, {"version": version, "body": body})


def token_hash_of(connection: Connection, tenant_id: str, link_id: str) -> str:
    """The hash that the CRM keeps of a link, empty for a link this tenant does not have."""
    found = connection.scalar(
        select(share_link.c.token_hash).where(share_link.c.tenant_id == tenant_id, share_link.c.id == link_id)
    )
    return str(found or "")
