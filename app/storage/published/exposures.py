"""Who was shown what: one row for each person, snapshot and policy version, found by partner, person or record.

The order is the time of the first showing, newest first. Each way to ask has an index that begins with the tenant and
ends with that time, so a page costs the same however long the ledger is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, tuple_

from app.domain.record import ObjectKind, RecordKey
from app.ground.clock import from_iso, to_iso
from app.ground.errors import AppError, Reason
from app.storage.published.links import PublishedLink
from app.storage.published.upsert import insert
from app.storage.published_tables import exposure

PAGE = 50

_C = exposure.c
_ORDER = (_C.first_at, _C.link_id, _C.email, _C.snapshot_id, _C.policy_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    link_id: str
    email: str
    snapshot_id: str
    policy_version: int
    partner_id: str
    object: str
    crm_id: str
    first_at: datetime
    last_at: datetime

    @property
    def cursor(self) -> tuple[str, str, str, str, int]:
        """Where the page after this one begins."""
        return (to_iso(self.first_at), self.link_id, self.email, self.snapshot_id, self.policy_version)


_COLUMNS = tuple(_C[name] for name in Exposure.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which showings: of this partner, to this person, of this record. What is empty is not asked for."""

    partner_id: str = ""
    email: str = ""
    record: RecordKey | None = None


def note_exposure(
    connection: Connection,
    link: PublishedLink,
    email: str,
    snapshot_id: str,
    policy_version: int,
    at: datetime,
) -> None:
    """After this it is on record that this person was shown this snapshot under this policy, first and last."""
    connection.execute(
        insert(connection, exposure)
        .values(
            link_id=link.id,
            email=email,
            snapshot_id=snapshot_id,
            policy_version=policy_version,
            tenant_id=link.tenant_id,
            partner_id=link.partner_id,
            object=str(link.record.object) if link.record else "",
            crm_id=link.record.crm_id if link.record else "",
            first_at=at,
            last_at=at,
        )
        .on_conflict_do_update(
            index_elements=["link_id", "email", "snapshot_id", "policy_version"], set_={"last_at": at}
        )
    )


def query(
    tenant_id: str, wanted: Wanted, after: Sequence[Any] | None = None, limit: int = PAGE
) -> Select[Any]:
    """A page of the ledger: what `page` asks the database."""
    where: list[ColumnElement[bool]] = [_C.tenant_id == tenant_id]
    if wanted.partner_id:
        where.append(_C.partner_id == wanted.partner_id)
    if wanted.email:
        where.append(_C.email == wanted.email)
    if wanted.record is not None:
        where += [_C.object == str(wanted.record.object), _C.crm_id == wanted.record.crm_id]
    if after is not None:
        # The first bound alone is what an index can begin at; the second leaves out what the last page showed.
        where += [_C.first_at <= after[0], tuple_(*_ORDER) < tuple_(*after)]
    return select(*_COLUMNS).where(*where).order_by(*(column.desc() for column in _ORDER)).limit(limit)


def page(
    connection: Connection,
    tenant_id: str,
    wanted: Wanted,
    after: Sequence[Any] | None = None,
    limit: int = PAGE,
) -> list[Exposure]:
    """The newest showings first, from behind `after` on."""
    rows = connection.execute(query(tenant_id, wanted, after, limit)).mappings()
    return [Exposure(**row) for row in rows]


def read_cursor(text: Sequence[Any]) -> Sequence[Any]:
    """What `cursor` said, as the query takes it. Raises AppError for what is none."""
    try:
        first, link, email, snapshot, version = text
        return (from_iso(first), str(link), str(email), str(snapshot), int(version))
    except (TypeError, ValueError):
        raise AppError(
            Reason.MALFORMED, "This page's address is incomplete. Start from the first page."
        ) from None


def shown_to(
    connection: Connection, tenant_id: str, *, partner_id: str = "", email: str = ""
) -> list[Mapping[str, Any]]:
    """Which records somebody of this partner, or this person, was ever shown, from when to when."""
    whose = _C.partner_id == partner_id if partner_id else _C.email == email
    rows = connection.execute(
        select(
            _C.object,
            _C.crm_id,
            _C.email,
            func.count().label("versions"),
            func.min(_C.first_at).label("first_at"),
            func.max(_C.last_at).label("last_at"),
        )
        .where(_C.tenant_id == tenant_id, whose)
        .group_by(_C.object, _C.crm_id, _C.email)
        .order_by(_C.object, _C.crm_id, _C.email)
    )
    return [
        {
            "record": f"{row.object}/{row.crm_id}",
            "person": row.email,
            "versions": row.versions,
            "first_at": to_iso(row.first_at),
            "last_at": to_iso(row.last_at),
        }
        for row in rows
    ]


def exposures_of(
    connection: Connection, tenant_id: str, record: RecordKey, partner_id: str
) -> list[Exposure]:
    """Who was shown which snapshots of a room, oldest first."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(
            _C.tenant_id == tenant_id,
            _C.object == str(record.object),
            _C.crm_id == record.crm_id,
            _C.partner_id == partner_id,
        )
        .order_by(_C.first_at)
    )
    return [Exposure(**row) for row in rows.mappings()]


def record_of(one: Exposure) -> RecordKey | None:
    return RecordKey(ObjectKind(one.object), one.crm_id) if one.object else None


def times_shown(
    connection: Connection,
    tenant_id: str,
    record: RecordKey,
    snapshot_id: str,
    version: int,
    email: str,
    until: datetime,
) -> tuple[datetime | None, datetime | None]:
    """When this person, or anybody for an empty `email`, was first and last shown a snapshot of this record under a
    policy."""
    where = of_snapshot(tenant_id, record, snapshot_id, version, email, until)
    row = connection.execute(select(func.min(_C.first_at), func.max(_C.last_at)).where(*where)).one()
    return row[0], row[1]


def of_snapshot(
    tenant_id: str, record: RecordKey, snapshot_id: str, version: int, email: str, until: datetime
) -> list[ColumnElement[bool]]:
    """Which showings `times_shown` looks at. That the record is named keeps it from reading the whole ledger."""
    where = [
        _C.tenant_id == tenant_id,
        _C.object == str(record.object),
        _C.crm_id == record.crm_id,
        _C.snapshot_id == snapshot_id,
        _C.policy_version == version,
        _C.first_at <= until,
    ]
    return [*where, func.lower(_C.email) == email.lower()] if email else where
