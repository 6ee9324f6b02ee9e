"""What the CRM has yet to be told. A row that remains is work that is not done; a crash lets its lease run out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, func, select

from app.domain.record import ObjectKind, RecordKey
from app.ground.ids import new_id
from app.storage import fault, tables
from app.storage import tenant as tenants
from app.storage.changes import UNSEEN
from app.storage.rows import ask, equal, find, insert, update
from app.storage.working_copy import is_being_rebuilt

_T = tables.outbox.c
_REFUSED = select(tables.outbox).where(equal(_T.tenant_id), _T.state == "refused").order_by(_T.id).limit(100)
_REFUSED_OF = _REFUSED.where(equal(_T.object, _T.crm_id))

LEASE = timedelta(seconds=90)
"""Longer than the slowest call with all its retries (3 x (3 + 10) s), so that a lease never ends under a worker."""


class OutboxKind(StrEnum):
    MESSAGE = "message"
    STEP = "step"
    REGISTRATION = "registration"
    CONFLICT = "conflict"
    CERTIFICATION = "certification"
    LINK = "link"
    PARTNER = "partner"
    PERSON = "person"
    PLACEMENT = "placement"
    PLAN = "plan"


WRITTEN_ONCE = frozenset({OutboxKind.MESSAGE})
"""Kinds whose every row matters; of all others the latest state wins, so waiting rows coalesce."""

BY_THEMSELVES = frozenset({OutboxKind.PARTNER, OutboxKind.PERSON, OutboxKind.PLACEMENT, OutboxKind.PLAN})
"""Kinds that need no order among the writes of their record, so that they never hold a message up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    id: str
    tenant_id: str
    kind: OutboxKind
    subject_id: str
    partner_id: str | None
    record: RecordKey | None
    created_at: datetime
    attempts: int
    fence: str
    refusal: str


def add(
    connection: Connection,
    tenant_id: str,
    kind: OutboxKind,
    subject_id: str,
    *,
    record: RecordKey | None,
    partner_id: str | None,
    at: datetime,
) -> None:
    """After the commit the subject will reach the CRM. A waiting row of the same subject takes it along."""
    if kind not in WRITTEN_ONCE:
        taken = update(
            connection,
            tables.outbox,
            {"fence": "", "due_at": at, "state": "waiting", "refusal": ""},
            _T.tenant_id == tenant_id,
            _T.kind == kind,
            _T.subject_id == subject_id,
        )
        if taken:
            return
    insert(
        connection,
        tables.outbox,
        {
            "id": new_id(),
            "tenant_id": tenant_id,
            "lane": str(record) if record and kind not in BY_THEMSELVES else f"{kind}:{subject_id}",
            "kind": kind,
            "subject_id": subject_id,
            "partner_id": partner_id,
            "object": record.object if record else None,
            "crm_id": record.crm_id if record else None,
            "state": "waiting",
            "created_at": at,
            "due_at": at,
            "attempts": 0,
            "fence": "",
            "refusal": "",
        },
    )


def tenants_due(connection: Connection, now: datetime) -> list[str]:
    """The tenants with a row that is due. Each tenant's earliest is looked up in the index: where one asks whether
    there is any, PostgreSQL makes a join that reads every row which waits."""
    t = tables.tenant.c
    first = select(func.min(_T.due_at)).where(_T.tenant_id == t.id, _T.state == "waiting").scalar_subquery()
    return list(connection.execute(select(t.id).where(first <= now)).scalars())


def claim(
    connection: Connection, tenant_id: str, kind: OutboxKind, now: datetime, limit: int
) -> list[OutboxRow]:
    """The due rows of one kind that are not behind an older waiting row of their lane, leased for LEASE.

    An older row of the same kind does not hold a row back: both are claimed together and sent in order. Claims of
    one tenant follow each other, so that no worker sees a lane's later rows while its head is being claimed.
    """
    tenants.lock(connection, tenant_id)
    if is_being_rebuilt(connection, tenant_id):
        return []
    older = tables.outbox.alias()
    blocked = (
        select(older.c.id)
        .where(
            older.c.tenant_id == _T.tenant_id,
            older.c.lane == _T.lane,
            older.c.id < _T.id,
            older.c.state == "waiting",
            (older.c.kind != _T.kind) | (older.c.due_at > now),
        )
        .exists()
    )
    rows = (
        connection.execute(
            select(tables.outbox)
            .where(
                _T.tenant_id == tenant_id, _T.kind == kind, _T.state == "waiting", _T.due_at <= now, ~blocked
            )
            .order_by(_T.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        .mappings()
        .all()
    )
    fence = new_id()
    ids = [row["id"] for row in rows]
    if ids:
        update(
            connection,
            tables.outbox,
            {"due_at": now + LEASE, "fence": fence, "attempts": _T.attempts + 1},
            _T.id.in_(ids),
        )
    return [_row(row, fence) for row in rows]


def finish(connection: Connection, rows: Sequence[OutboxRow]) -> None:
    """Done: the rows go, but for those that were asked for again while they were on their way."""
    for fence in {row.fence for row in rows}:
        ids = [row.id for row in rows if row.fence == fence]
        done = tables.outbox.delete().where(_T.id.in_(ids), _T.fence == fence)
        connection.execute(done, execution_options={UNSEEN: True})  # what waited was shown by no card


def refuse(connection: Connection, row: OutboxRow, reason: str) -> None:
    """The CRM said no for good: the row stays, with the CRM's own reason, until a person retries it."""
    update(
        connection,
        tables.outbox,
        {"state": "refused", "refusal": reason[:1000]},
        _T.id == row.id,
        _T.fence == row.fence,
    )


def postpone(connection: Connection, rows: Sequence[OutboxRow], until: datetime) -> None:
    if rows:
        update(
            connection,
            tables.outbox,
            {"due_at": until},
            _T.id.in_([row.id for row in rows]),
            _T.fence == rows[0].fence,
        )


def retry(connection: Connection, tenant_id: str, outbox_id: str, at: datetime) -> bool:
    """True if there was such a refused row; it waits again, with a clean record."""
    fault.forget(connection, tenant_id, fault.Work.WRITE, [outbox_id])
    return bool(
        update(
            connection,
            tables.outbox,
            {"state": "waiting", "due_at": at, "refusal": "", "fence": "", "attempts": 0},
            _T.tenant_id == tenant_id,
            _T.id == outbox_id,
            _T.state == "refused",
        )
    )


def drop(connection: Connection, tenant_id: str, outbox_id: str) -> OutboxRow | None:
    """The refused row as it was; it is gone. None, and nothing has changed, if there is no such refused row."""
    row = get(connection, tenant_id, outbox_id)
    mine = (_T.tenant_id == tenant_id, _T.id == outbox_id, _T.state == "refused")
    if row is None or not connection.execute(tables.outbox.delete().where(*mine)).rowcount:
        return None
    fault.forget(connection, tenant_id, fault.Work.WRITE, [outbox_id])
    return row


def refused(connection: Connection, tenant_id: str, record: RecordKey | None = None) -> list[OutboxRow]:
    if record is None:
        rows = ask(connection, _REFUSED, tenant_id=tenant_id)
    else:
        rows = ask(connection, _REFUSED_OF, tenant_id=tenant_id, object=record.object, crm_id=record.crm_id)
    return [_row(row, row["fence"]) for row in rows]


def get(connection: Connection, tenant_id: str, outbox_id: str) -> OutboxRow | None:
    row = find(connection, tables.outbox, _T.tenant_id == tenant_id, _T.id == outbox_id)
    return _row(row, row["fence"]) if row else None


def waiting_count(connection: Connection, tenant_id: str | None = None) -> int:
    where = [_T.state == "waiting"] + ([_T.tenant_id == tenant_id] if tenant_id else [])
    return connection.scalar(select(func.count()).select_from(tables.outbox).where(*where)) or 0


def _row(row: RowMapping, fence: str) -> OutboxRow:
    record = RecordKey(ObjectKind(row["object"]), row["crm_id"]) if row["object"] else None
    return OutboxRow(
        id=row["id"],
        tenant_id=row["tenant_id"],
        kind=OutboxKind(row["kind"]),
        subject_id=row["subject_id"],
        partner_id=row["partner_id"],
        record=record,
        created_at=row["created_at"],
        attempts=row["attempts"],
        fence=fence,
        refusal=row["refusal"],
    )
