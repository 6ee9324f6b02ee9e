"""Which tables are a copy of what the CRM holds. What is not named here, only we hold: a backup keeps it."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from app.domain.record import ObjectKind, RecordKey
from app.storage import tables

COPIED = (
    tables.record,
    tables.owner,
    tables.stage,
    tables.field_info,
    tables.match_key,
    tables.partner,
    tables.partner_contact,
    tables.attachment,
    tables.message,
    tables.step,
    tables.registration,
    tables.conflict,
    tables.certification,
    tables.shared_file,
    tables.file_fetch,
    tables.cursor,
    tables.dirty,
)
"""Everything a rebuild brings back."""


REBUILDING = "rebuild"
"""The cursor that says a rebuild runs, and how far it has come."""


def is_being_rebuilt(connection: Connection, tenant_id: str) -> bool:
    """Whether the tenant has half a copy just now, which must decide nothing and overwrite nothing."""
    c = tables.cursor.c
    row = select(c.name).where(c.tenant_id == tenant_id, c.name == REBUILDING)
    return connection.scalar(row) is not None


def discard(connection: Connection, tenant_id: str) -> None:
    """The tenant's working copy is gone, and what was on its way to the CRM from it. Links, views, snapshots, the
    safelist and the audit log stay."""
    for table in (*COPIED, tables.outbox):
        connection.execute(delete(table).where(table.c.tenant_id == tenant_id))


def unwritten(connection: Connection, tenant_id: str) -> int:
    """How much is here that the CRM was not told yet, or refused: a rebuild could not bring it back."""
    where = tables.outbox.c.tenant_id == tenant_id
    return connection.scalar(select(func.count()).select_from(tables.outbox).where(where)) or 0


def places(connection: Connection, tenant_id: str, *, unknown: bool = False) -> Sequence[RecordKey]:
    """The records that partners work on; with `unknown`, only those we hold no copy of."""
    a, r = tables.attachment.c, tables.record.c
    same = (r.tenant_id == a.tenant_id) & (r.object == a.object) & (r.crm_id == a.crm_id)
    statement = select(a.object, a.crm_id).distinct().where(a.tenant_id == tenant_id)
    if unknown:
        statement = statement.select_from(tables.attachment.outerjoin(tables.record, same)).where(
            r.crm_id.is_(None)
        )
    return [RecordKey(ObjectKind(row.object), row.crm_id) for row in connection.execute(statement)]
