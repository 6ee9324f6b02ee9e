"""What was done to a plan as a whole last. The newest one only: what came before it is not taken back any more."""

from datetime import datetime

from sqlalchemy import Connection

from app.domain.plan_undo import Undo
from app.domain.record import RecordKey
from app.ground.plain import from_plain, plain
from app.storage import tables
from app.storage.changes import UNSEEN
from app.storage.rows import find, find_all, put

_U = tables.plan_undo.c


def keep(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str, undo: Undo) -> None:
    where = {"tenant_id": tenant_id, "object": key.object, "crm_id": key.crm_id, "partner_id": partner_id}
    put(connection, tables.plan_undo, {**where, "at": undo.at, "body": plain(undo)})


def get(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str) -> Undo | None:
    row = find(
        connection,
        tables.plan_undo,
        _U.tenant_id == tenant_id,
        _U.object == key.object,
        _U.crm_id == key.crm_id,
        _U.partner_id == partner_id,
    )
    found: Undo | None = from_plain(Undo, row["body"]) if row else None
    return found


def on_record(connection: Connection, tenant_id: str, key: RecordKey) -> dict[str, Undo]:
    """By partner, what was done last to each plan on the record."""
    mine = (_U.tenant_id == tenant_id, _U.object == key.object, _U.crm_id == key.crm_id)
    return {
        row["partner_id"]: from_plain(Undo, row["body"])
        for row in find_all(connection, tables.plan_undo, *mine)
    }


def forget_before(connection: Connection, at: datetime) -> None:
    """Of every tenant: what is older is not taken back any more, and names people."""
    gone = tables.plan_undo.delete().where(_U.at < at)
    connection.execute(gone, execution_options={UNSEEN: True})  # no card offers what is as old


def forget(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str) -> None:
    connection.execute(
        tables.plan_undo.delete().where(
            _U.tenant_id == tenant_id,
            _U.object == key.object,
            _U.crm_id == key.crm_id,
            _U.partner_id == partner_id,
        )
    )
