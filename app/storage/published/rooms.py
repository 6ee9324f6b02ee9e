"""Snapshots: what a room shows. A new one is written only when something in it changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from app.disclosure.snapshot import CHANGES_KEPT, Content, content_hash, differences
from app.domain.partner import PartnerType
from app.domain.record import RecordKey
from app.ground.clock import to_iso
from app.ground.ids import new_id
from app.storage.published_tables import live_policy, snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One snapshot. `content` is what app.disclosure.snapshot composes, with `changes`."""

    id: str
    tenant_id: str
    partner_id: str
    partner_type: str
    version: int
    content: Content
    content_hash: str
    policy_version: int
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePolicy:
    version: int
    body: Any


_COLUMNS = tuple(snapshot.c[name] for name in Published.__dataclass_fields__)


def _read(row: Row[Any]) -> Published:
    return Published(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row's values by column


def latest_snapshot(
    connection: Connection, tenant_id: str, record: RecordKey, partner_id: str
) -> Published | None:
    """What the room of this record and partner shows now; None before anything was published."""
    return _newest(connection, tenant_id, record, partner_id)


def snapshot_at(
    connection: Connection, tenant_id: str, record: RecordKey, partner_id: str, at: datetime
) -> Published | None:
    """What the room showed at that time; None before anything was published."""
    return _newest(connection, tenant_id, record, partner_id, snapshot.c.published_at <= at)


def _newest(
    connection: Connection, tenant_id: str, record: RecordKey, partner_id: str, *more: ColumnElement[bool]
) -> Published | None:
    row = connection.execute(
        select(*_COLUMNS)
        .where(
            snapshot.c.tenant_id == tenant_id,
            snapshot.c.object == record.object,
            snapshot.c.crm_id == record.crm_id,
            snapshot.c.partner_id == partner_id,
            *more,
        )
        .order_by(snapshot.c.version.desc())
        .limit(1)
    ).first()
    return _read(row) if row else None


def snapshot_by_id(connection: Connection, tenant_id: str, snapshot_id: str) -> Published | None:
    row = connection.execute(
        select(*_COLUMNS).where(snapshot.c.tenant_id == tenant_id, snapshot.c.id == snapshot_id)
    ).first()
    return _read(row) if row else None


def snapshots_by_id(connection: Connection, tenant_id: str, ids: Iterable[str]) -> dict[str, Published]:
    """Those of these snapshots that the tenant has, by id."""
    rows = connection.execute(
        select(*_COLUMNS).where(snapshot.c.tenant_id == tenant_id, snapshot.c.id.in_(list(ids)))
    )
    return {row.id: _read(row) for row in rows}


def live_policy_of(connection: Connection, tenant_id: str) -> LivePolicy | None:
    """Today's policy; None means that nothing may be shown."""
    row = connection.execute(
        select(live_policy.c.version, live_policy.c.body).where(live_policy.c.tenant_id == tenant_id)
    ).first()
    return LivePolicy(version=row.version, body=row.body) if row else None


def publish_snapshot(
    connection: Connection,
    tenant_id: str,
    record: RecordKey,
    partner_id: str,
    partner_type: PartnerType,
    content: Content,
    policy_version: int,
    at: datetime,
) -> Published | None:
    """The new snapshot, with what changed since the one before; None, and nothing is written, when the content is
    the same. The caller holds the record's lane, so that two publishers never race for a version."""
    digest = content_hash(content)
    before = latest_snapshot(connection, tenant_id, record, partner_id)
    # What exceptions depend on may have changed though nobody sees a change: narrowing has to know it.
    if before is not None and (before.content_hash, before.partner_type, before.content.get("scope")) == (
        digest,
        partner_type,
        content.get("scope"),
    ):
        return None
    changes = []
    if before is not None:
        news = differences(before.content, content, to_iso(at))
        changes = [*news, *before.content.get("changes", [])][:CHANGES_KEPT]
    published = Published(
        id=new_id(),
        tenant_id=tenant_id,
        partner_id=partner_id,
        partner_type=str(partner_type),
        version=before.version + 1 if before else 1,
        content={**content, "changes": changes},
        content_hash=digest,
        policy_version=policy_version,
        published_at=at,
    )
    connection.execute(
        snapshot.insert().values(
            object=record.object,
            crm_id=record.crm_id,
            **{name: getattr(published, name) for name in Published.__dataclass_fields__},
        )
    )
    return published
