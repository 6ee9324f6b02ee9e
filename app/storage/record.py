"""The working copy of CRM records, and the rows that say which of them wait for work."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, RowMapping, bindparam, func, select, union

from app.domain.record import ObjectKind, Record, RecordKey
from app.ground.ids import new_id
from app.storage import tables
from app.storage.rows import ask, equal, find_all, named, put_all, update

_T = tables.record.c
_GET = select(tables.record).where(equal(_T.tenant_id, _T.object, _T.crm_id), _T.archived.is_(False))
_A = tables.attachment.c
_PARTNERED = union(  # two questions, because one with an "or" would read all that partners work on
    select(_A.object, _A.crm_id)
    .join(tables.record, (_T.tenant_id == _A.tenant_id) & (_T.object == _A.object) & (_T.crm_id == _A.crm_id))
    .where(equal(_T.tenant_id, _T.company_id)),
    select(_A.object, _A.crm_id).where(
        equal(_A.tenant_id), _A.object == ObjectKind.COMPANY, _A.crm_id == bindparam("company_id")
    ),
)


def get(connection: Connection, tenant_id: str, key: RecordKey) -> Record | None:
    rows = ask(connection, _GET, tenant_id=tenant_id, object=key.object, crm_id=key.crm_id)
    return _record(rows[0]) if rows else None


def get_many(connection: Connection, tenant_id: str, keys: Iterable[RecordKey]) -> dict[RecordKey, Record]:
    if not (wanted := list(keys)):
        return {}
    rows = find_all(
        connection, tables.record, named(tables.record, tenant_id, wanted), _T.archived.is_(False)
    )
    return {record.key: record for record in map(_record, rows)}


def save(
    connection: Connection,
    tenant_id: str,
    records: Sequence[Record],
    modified: Mapping[RecordKey, datetime],
    at: datetime,
) -> None:
    put_all(
        connection,
        tables.record,
        [
            {
                "tenant_id": tenant_id,
                "object": r.key.object,
                "crm_id": r.key.crm_id,
                "name": r.name[:400],
                "company_id": r.company_id,
                "fields": dict(r.fields),
                "read_at": at,
                "modified_at": modified.get(r.key, at),
                "archived": False,
            }
            for r in records
        ],
    )


def archive(connection: Connection, tenant_id: str, keys: Iterable[RecordKey]) -> list[RecordKey]:
    """The records are gone from the CRM: nobody is shown them any more. Those of which we had a live copy."""
    live = list(get_many(connection, tenant_id, keys))
    if live:
        update(connection, tables.record, {"archived": True}, named(tables.record, tenant_id, live))
    return live


def archived(connection: Connection, tenant_id: str, keys: Iterable[RecordKey]) -> list[RecordKey]:
    """Those that the CRM no longer had when we last looked."""
    if not (wanted := list(keys)):
        return []
    mine = named(tables.record, tenant_id, wanted)
    rows = connection.execute(select(_T.object, _T.crm_id).where(mine, _T.archived.is_(True)))
    return [RecordKey(ObjectKind(row.object), row.crm_id) for row in rows]


def touch(connection: Connection, tenant_id: str, keys: Sequence[RecordKey], at: datetime) -> None:
    """The records were read and had not changed."""
    if keys:
        update(connection, tables.record, {"read_at": at}, named(tables.record, tenant_id, keys))


def deals_of(connection: Connection, tenant_id: str, company_id: str, limit: int = 50) -> list[Record]:
    """The newest deals first, as the CRM numbered them: an order that does not depend on when we read them."""
    rows = find_all(
        connection,
        tables.record,
        _T.tenant_id == tenant_id,
        _T.object == ObjectKind.DEAL,
        _T.company_id == company_id,
        _T.archived.is_(False),
        order=[func.length(_T.crm_id).desc(), _T.crm_id.desc()],
        limit=limit,
    )
    return [_record(row) for row in rows]


def known(connection: Connection, tenant_id: str, kind: ObjectKind, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that we hold a working copy of."""
    if not ids:
        return set()
    rows = connection.execute(
        select(_T.crm_id).where(_T.tenant_id == tenant_id, _T.object == kind, _T.crm_id.in_(ids))
    )
    return {row.crm_id for row in rows}


def find_by_name(connection: Connection, tenant_id: str, text: str, limit: int = 20) -> list[Record]:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = find_all(
        connection,
        tables.record,
        _T.tenant_id == tenant_id,
        _T.archived.is_(False),
        _T.object.in_([ObjectKind.DEAL, ObjectKind.COMPANY]),
        _T.name.ilike(f"%{escaped}%", escape="\\"),
        order=[_T.name],
        limit=limit,
    )
    return [_record(row) for row in rows]


def mark(
    connection: Connection, tenant_id: str, purpose: str, keys: Iterable[RecordKey], at: datetime
) -> None:
    """Each record now waits for `purpose` (read or publish), once however often it is marked. A mark on a record
    that is being worked on takes its fence, so that the worker cannot clear what it has not seen."""
    # One statement that inserts or overwrites: a row that its worker clears in this moment is put back, not missed.
    values = [
        {
            "tenant_id": tenant_id,
            "purpose": purpose,
            "object": key.object,
            "crm_id": key.crm_id,
            "since": at,
            "due_at": at,
            "fence": "",
            "attempts": 0,
        }
        for key in sorted(
            set(keys), key=str
        )  # in one order everywhere, so that two markers never wait for each other
    ]
    put_all(connection, tables.dirty, values, changed=("fence", "due_at"))


def tenants_waiting(connection: Connection, purpose: str, now: datetime) -> list[str]:
    """The tenants with a record that is due for `purpose`."""
    d, t = tables.dirty.c, tables.tenant.c
    due = select(d.crm_id).where(d.tenant_id == t.id, d.purpose == purpose, d.due_at <= now).exists()
    return list(connection.execute(select(t.id).where(due)).scalars())


def claim(
    connection: Connection, purpose: str, now: datetime, lease: timedelta, limit: int, tenant_id: str = ""
) -> list[tuple[str, RecordKey, str]]:
    """Up to `limit` marked records as (tenant, key, fence), of one tenant if it is named, leased until now + lease.
    A worker that dies lets the lease run out, and the row comes back by itself."""
    d = tables.dirty.c
    mine = [d.tenant_id == tenant_id] if tenant_id else []
    rows = (
        connection.execute(
            select(tables.dirty)
            .where(d.purpose == purpose, d.due_at <= now, *mine)
            .order_by(d.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True),
        )
        .mappings()
        .all()
    )
    fence = new_id()
    claimed = [(row["tenant_id"], RecordKey(ObjectKind(row["object"]), row["crm_id"]), fence) for row in rows]
    for tenant, group in groupby(sorted(claimed, key=itemgetter(0)), itemgetter(0)):
        update(
            connection,
            tables.dirty,
            {"due_at": now + lease, "fence": fence, "attempts": d.attempts + 1},
            d.purpose == purpose,
            named(tables.dirty, tenant, [key for _, key, _ in group]),
        )
    return claimed


def hold(connection: Connection, purpose: str, tenant_id: str, key: RecordKey, fence: str) -> datetime | None:
    """Since when the record waits, if the claim still stands; then nobody else takes it before this transaction
    ends."""
    d = tables.dirty.c
    row = connection.execute(
        select(d.since)
        .where(
            d.tenant_id == tenant_id,
            d.purpose == purpose,
            d.object == key.object,
            d.crm_id == key.crm_id,
            d.fence == fence,
        )
        .with_for_update()
    )
    since: datetime | None = row.scalar_one_or_none()
    return since


def postpone(
    connection: Connection,
    purpose: str,
    tenant_id: str,
    keys: Iterable[RecordKey],
    fence: str,
    until: datetime,
) -> None:
    """The records wait, but for those that were marked again since the claim."""
    d = tables.dirty.c
    update(
        connection,
        tables.dirty,
        {"due_at": until},
        d.purpose == purpose,
        named(tables.dirty, tenant_id, keys),
        d.fence == fence,
    )


def attempts(connection: Connection, purpose: str, tenant_id: str, keys: Iterable[RecordKey]) -> int:
    """How often the most often claimed of these marks was claimed."""
    d = tables.dirty.c
    mine = named(tables.dirty, tenant_id, keys)
    found = connection.scalar(select(func.max(d.attempts)).where(d.purpose == purpose, mine))
    return int(found or 0)


def modified_at(
    connection: Connection, tenant_id: str, keys: Iterable[RecordKey]
) -> dict[RecordKey, datetime]:
    """When the CRM last changed the copies we hold."""
    if not (wanted := list(keys)):
        return {}
    mine = named(tables.record, tenant_id, wanted)
    rows = connection.execute(
        select(_T.object, _T.crm_id, _T.modified_at).where(mine, _T.archived.is_(False))
    )
    return {RecordKey(ObjectKind(row.object), row.crm_id): row.modified_at for row in rows}


def clear(
    connection: Connection, purpose: str, tenant_id: str, keys: Iterable[RecordKey], fence: str
) -> None:
    """Done, but for those that were marked again since the claim."""
    d = tables.dirty.c
    mine = named(tables.dirty, tenant_id, keys)
    connection.execute(tables.dirty.delete().where(d.purpose == purpose, mine, d.fence == fence))


def waiting(connection: Connection, purpose: str, now: datetime) -> bool:
    d = tables.dirty.c
    return (
        connection.scalar(select(d.crm_id).where(d.purpose == purpose, d.due_at <= now).limit(1)) is not None
    )


def partnered_keys(connection: Connection, tenant_id: str, company_id: str) -> list[RecordKey]:
    """The records whose rooms show a company: itself and its deals, as far as partners are on them."""
    rows = ask(connection, _PARTNERED, tenant_id=tenant_id, company_id=company_id)
    return [RecordKey(ObjectKind(row["object"]), row["crm_id"]) for row in rows]


def _record(row: RowMapping) -> Record:
    return Record(
        key=RecordKey(ObjectKind(row["object"]), row["crm_id"]),
        fields=row["fields"],
        company_id=row["company_id"],
        read_at=row["read_at"],
    )


def place(connection: Connection, tenant_id: str, key: RecordKey) -> tuple[str | None, str | None]:
    """The deal and the company that something on this record belongs to."""
    if key.object is ObjectKind.COMPANY:
        return None, key.crm_id
    record = get(connection, tenant_id, key)
    return key.crm_id, record.company_id if record else None
