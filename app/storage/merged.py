"""Records that were merged in the CRM: their partner work belongs to the survivor from then on."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Table, delete, func, select, tuple_

from app.domain.partner import placement_id
from app.domain.record import ObjectKind, RecordKey
from app.storage import outbox, tables
from app.storage.outbox import OutboxKind
from app.storage.published_tables import partner_inbox, share_link, snapshot
from app.storage.rows import find_all, insert_missing, put, update

_M, _A = tables.merged_record.c, tables.attachment.c

MOST_HOPS = 20
"""Merges one after the other that are followed; a circle, which no CRM makes, ends here."""

_ON_RECORD: tuple[Table, ...] = (tables.message, tables.step, tables.shared_file, share_link, partner_inbox)
"""What names its record by `object` and `crm_id`, and may be told to name another."""


def survivors(
    connection: Connection, tenant_id: str, keys: Iterable[RecordKey]
) -> dict[RecordKey, RecordKey]:
    """Where each of the records that were merged away went; the others are not named."""
    found: dict[RecordKey, RecordKey] = {}
    asked = set(keys)
    for _ in range(MOST_HOPS):
        pairs = sorted({(str(k.object), k.crm_id) for k in {found.get(key, key) for key in asked}})
        hops: dict[RecordKey, RecordKey] = {}
        for start in range(0, len(pairs), 500):
            rows = find_all(
                connection,
                tables.merged_record,
                _M.tenant_id == tenant_id,
                tuple_(_M.object, _M.crm_id).in_(pairs[start : start + 500]),
            )
            for row in rows:
                kind = ObjectKind(row["object"])
                hops[RecordKey(kind, row["crm_id"])] = RecordKey(kind, row["into_id"])
        if not hops:
            break
        found |= {key: hops[found.get(key, key)] for key in asked if found.get(key, key) in hops}
    return found


def move(connection: Connection, tenant_id: str, gone: RecordKey, into: RecordKey, at: datetime) -> int:
    """After this all partner work of `gone` belongs to `into`, and so does what comes later. How many partners moved
    with it."""
    row = {"tenant_id": tenant_id, "object": gone.object, "crm_id": gone.crm_id, "into_id": into.crm_id}
    put(connection, tables.merged_record, {**row, "at": at})
    if gone.object is ObjectKind.CONTACT:
        _rename_contact(connection, tenant_id, gone, into)
        return 0
    _move_rows(connection, tenant_id, gone, into)
    _move_snapshots(connection, tenant_id, gone, into)
    _rename_ends(connection, tenant_id, gone, into)
    moved = _move_partners(connection, tenant_id, gone, into)
    _move_outbox(connection, tenant_id, gone, into)
    for one in (tables.dirty, tables.record):
        connection.execute(
            delete(one).where(
                one.c.tenant_id == tenant_id, one.c.object == gone.object, one.c.crm_id == gone.crm_id
            )
        )
    for partner_id in moved:
        place = placement_id(into, partner_id)
        outbox.add(
            connection,
            tenant_id,
            OutboxKind.PLACEMENT,
            place,
            record=into,
            partner_id=partner_id,
            at=at,
        )
    return len(moved)


def _move_rows(connection: Connection, tenant_id: str, gone: RecordKey, into: RecordKey) -> None:
    for table in _ON_RECORD:
        update(
            connection,
            table,
            {"crm_id": into.crm_id},
            table.c.tenant_id == tenant_id,
            table.c.object == gone.object,
            table.c.crm_id == gone.crm_id,
        )
    update(
        connection,
        share_link,
        {"withdrawn_at": None},
        share_link.c.tenant_id == tenant_id,
        share_link.c.object == into.object,
        share_link.c.crm_id == into.crm_id,
    )


def _rename_contact(connection: Connection, tenant_id: str, gone: RecordKey, into: RecordKey) -> None:
    c, p = tables.partner_contact.c, tables.person.c
    mine = (c.tenant_id == tenant_id, c.crm_contact_id == gone.crm_id)
    update(connection, tables.partner_contact, {"crm_contact_id": into.crm_id}, *mine)
    known = (p.tenant_id == tenant_id, p.crm_id == gone.crm_id)
    update(connection, tables.person, {"crm_id": into.crm_id}, *known)


def _move_snapshots(connection: Connection, tenant_id: str, gone: RecordKey, into: RecordKey) -> None:
    """What was shown stays on record, behind all that the survivor's rooms showed; the newest of a room that the
    survivor did not have stays the newest."""
    s = snapshot.c
    here = (s.tenant_id == tenant_id, s.object == gone.object, s.crm_id == gone.crm_id)
    rows = connection.execute(select(s.id, s.partner_id).where(*here).order_by(s.version.desc())).all()
    lowest: dict[str, int | None] = {}
    for row in rows:
        if row.partner_id not in lowest:
            there = (s.tenant_id == tenant_id, s.object == into.object, s.crm_id == into.crm_id)
            lowest[row.partner_id] = connection.scalar(
                select(func.min(s.version)).where(*there, s.partner_id == row.partner_id)
            )
        values: dict[str, object] = {"crm_id": into.crm_id}
        before = lowest[row.partner_id]
        if before is not None:
            lowest[row.partner_id] = before - 1
            values["version"] = before - 1
        update(connection, snapshot, values, s.id == row.id)


def _rename_ends(connection: Connection, tenant_id: str, gone: RecordKey, into: RecordKey) -> None:
    """Registrations, flags, deals and partners that name the record as their deal or company."""
    column = "deal_id" if gone.object is ObjectKind.DEAL else "company_id"
    named = [(tables.registration, column), (tables.conflict, column)]
    if gone.object is ObjectKind.COMPANY:
        named += [(tables.record, "company_id"), (tables.partner, "crm_company_id")]
        k = tables.match_key.c
        connection.execute(
            delete(tables.match_key).where(
                k.tenant_id == tenant_id, k.source == "company", k.source_id == gone.crm_id
            )
        )
    for table, name in named:
        update(
            connection,
            table,
            {name: into.crm_id},
            table.c.tenant_id == tenant_id,
            table.c[name] == gone.crm_id,
        )


def _move_partners(connection: Connection, tenant_id: str, gone: RecordKey, into: RecordKey) -> list[str]:
    here = (_A.tenant_id == tenant_id, _A.object == gone.object, _A.crm_id == gone.crm_id)
    rows = [dict(row) for row in find_all(connection, tables.attachment, *here)]
    insert_missing(connection, tables.attachment, [{**row, "crm_id": into.crm_id} for row in rows])
    connection.execute(delete(tables.attachment).where(*here))
    return [row["partner_id"] for row in rows]


def _move_outbox(connection: Connection, tenant_id: str, gone: RecordKey, into: RecordKey) -> None:
    """What waits to be written is written to the survivor. A place on the record that is gone needs no word more."""
    o = tables.outbox.c
    mine = (o.tenant_id == tenant_id, o.object == gone.object, o.crm_id == gone.crm_id)
    connection.execute(delete(tables.outbox).where(*mine, o.kind == OutboxKind.PLACEMENT))
    update(connection, tables.outbox, {"lane": str(into)}, *mine, o.lane == str(gone))
    update(connection, tables.outbox, {"crm_id": into.crm_id, "fence": ""}, *mine)
