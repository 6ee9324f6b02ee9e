"""Messages of a record, by partner."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from app.domain.actor import Side
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import Audience, Delivery, Message
from app.storage import tables
from app.storage.rows import find, insert, insert_missing, update

_T = tables.message.c

PAGE = 50
"""Messages a card shows at once."""


def add(connection: Connection, tenant_id: str, key: RecordKey, message: Message) -> None:
    insert(connection, tables.message, _values(tenant_id, key, message))


def add_missing(connection: Connection, tenant_id: str, found: Sequence[tuple[RecordKey, Message]]) -> int:
    """How many of the messages we did not hold; those we hold stay as they are."""
    return insert_missing(connection, tables.message, [_values(tenant_id, key, one) for key, one in found])


def get(connection: Connection, tenant_id: str, message_id: str) -> tuple[RecordKey, Message] | None:
    row = find(connection, tables.message, _T.tenant_id == tenant_id, _T.id == message_id)
    return (RecordKey(ObjectKind(row["object"]), row["crm_id"]), _message(row)) if row else None


def page(
    connection: Connection,
    tenant_id: str,
    key: RecordKey,
    partner_id: str,
    *,
    before: str = "",
    audience: Audience | None = None,
    limit: int = PAGE,
) -> tuple[list[Message], bool]:
    """The newest messages before the one named `before`, newest last, and whether there are older ones.
    Ids sort by creation, so paging needs no offset."""
    where = [
        _T.tenant_id == tenant_id,
        _T.object == key.object,
        _T.crm_id == key.crm_id,
        _T.partner_id == partner_id,
    ]
    if before:
        where.append(_T.id < before)
    if audience:
        where.append(_T.audience == audience)
    rows = (
        connection.execute(select(tables.message).where(*where).order_by(_T.id.desc()).limit(limit + 1))
        .mappings()
        .all()
    )
    return [_message(row) for row in reversed(rows[:limit])], len(rows) > limit


def counts(connection: Connection, tenant_id: str, key: RecordKey) -> dict[str, int]:
    """How many messages each partner's thread holds."""
    rows = connection.execute(
        select(_T.partner_id, func.count())
        .where(_T.tenant_id == tenant_id, _T.object == key.object, _T.crm_id == key.crm_id)
        .group_by(_T.partner_id)
    )
    return {row[0]: row[1] for row in rows}


def unread(
    connection: Connection, tenant_id: str, key: RecordKey, partner_id: str, seen: datetime | None
) -> int:
    """How many messages of the partner nobody of our side has seen."""
    where = [
        _T.tenant_id == tenant_id,
        _T.object == key.object,
        _T.crm_id == key.crm_id,
        _T.partner_id == partner_id,
        _T.side == Side.PARTNER,
    ]
    if seen is not None:
        where.append(_T.sent_at > seen)
    return connection.scalar(select(func.count()).select_from(tables.message).where(*where)) or 0


def set_delivery(
    connection: Connection, tenant_id: str, ids: Sequence[str], delivery: Delivery, refusal: str = ""
) -> None:
    if ids:
        update(
            connection,
            tables.message,
            {"delivery": delivery, "refusal": refusal},
            _T.tenant_id == tenant_id,
            _T.id.in_(ids),
        )


def _values(tenant_id: str, key: RecordKey, message: Message) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "object": key.object,
        "crm_id": key.crm_id,
        "id": message.id,
        "partner_id": message.partner_id,
        "author_name": message.author_name,
        "author_email": message.author_email,
        "side": message.side,
        "audience": message.audience,
        "body": message.body,
        "sent_at": message.sent_at,
        "channel": message.channel,
        "delivery": message.delivery,
        "refusal": message.refusal,
    }


def _message(row: RowMapping) -> Message:
    return Message(
        id=row["id"],
        partner_id=row["partner_id"],
        author_name=row["author_name"],
        author_email=row["author_email"],
        side=Side(row["side"]),
        audience=Audience(row["audience"]),
        body=row["body"],
        sent_at=row["sent_at"],
        channel=row["channel"],
        delivery=Delivery(row["delivery"]),
        refusal=row["refusal"],
    )
