"""Messages of a record, by partner."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, or_, select, union_all

from app.domain.actor import Side
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import Audience, Delivery, Message
from app.storage import tables
from app.storage.rows import ask, equal, find, insert, insert_missing, update

_T, _A = tables.message.c, tables.attachment.c
_COUNTS = (
    select(_T.partner_id, func.count().label("messages"))
    .where(equal(_T.tenant_id, _T.object, _T.crm_id))
    .group_by(_T.partner_id)
)
_PLACE = (
    (_A.tenant_id == _T.tenant_id)
    & (_A.object == _T.object)
    & (_A.crm_id == _T.crm_id)
    & (_A.partner_id == _T.partner_id)
)
_UNREAD = (
    select(_T.partner_id, func.count().label("messages"))
    .select_from(tables.message.join(tables.attachment, _PLACE))
    .where(
        equal(_T.tenant_id, _T.object, _T.crm_id),
        _T.side == Side.PARTNER,
        or_(_A.seen_at.is_(None), _T.sent_at > _A.seen_at),
    )
    .group_by(_T.partner_id)
)

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


def pages(
    connection: Connection,
    tenant_id: str,
    key: RecordKey,
    partner_ids: Sequence[str],
    *,
    before: str = "",
    focus: str = "",
) -> dict[str, tuple[list[Message], bool]]:
    """What `page` answers for each partner, in one statement that reads one page of each, however long the threads
    are. `before` turns the pages of `focus` alone, where one is named."""
    if not partner_ids:
        return {}
    turned = tuple(bool(before) and focus in ("", partner_id) for partner_id in partner_ids)
    values = {f"partner_{place}": partner_id for place, partner_id in enumerate(partner_ids)}
    asked = {"tenant_id": tenant_id, "object": key.object, "crm_id": key.crm_id, **values}
    found: dict[str, list[Message]] = {}
    for row in ask(connection, _pages(turned), **asked, **({"before": before} if any(turned) else {})):
        found.setdefault(row["partner_id"], []).append(_message(row))
    return {
        partner_id: (sorted(of_one, key=lambda m: m.id)[-PAGE:], len(of_one) > PAGE)
        for partner_id, of_one in found.items()
    }


@lru_cache(maxsize=64)
def _pages(turned: tuple[bool, ...]) -> Any:
    """A page of so many partners' threads: where it says so, of what is older than `before`."""
    newest = []
    for place, older in enumerate(turned):
        where = [equal(_T.tenant_id, _T.object, _T.crm_id), _T.partner_id == bindparam(f"partner_{place}")]
        if older:
            where.append(_T.id < bindparam("before"))
        one = select(tables.message).where(*where).order_by(_T.id.desc()).limit(PAGE + 1).subquery()
        newest.append(select(one))
    return union_all(*newest)


def counts(connection: Connection, tenant_id: str, key: RecordKey) -> dict[str, int]:
    """How many messages each partner's thread holds."""
    rows = ask(connection, _COUNTS, tenant_id=tenant_id, object=key.object, crm_id=key.crm_id)
    return {row["partner_id"]: row["messages"] for row in rows}


def unread(connection: Connection, tenant_id: str, key: RecordKey) -> dict[str, int]:
    """How many messages of each partner that works on the record nobody of our side has seen."""
    rows = ask(connection, _UNREAD, tenant_id=tenant_id, object=key.object, crm_id=key.crm_id)
    return {row["partner_id"]: row["messages"] for row in rows}


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
