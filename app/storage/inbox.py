"""What partners answered, as the agent works it off, and the webhook events as they come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.domain.record import ObjectKind, RecordKey
from app.storage import tables
from app.storage import tenant as tenants
from app.storage.published_tables import partner_inbox
from app.storage.rows import keep_all, update
from app.storage.working_copy import is_being_rebuilt

_T = partner_inbox.c
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One thing a partner did. `record` is None for a registration form."""

    id: str
    tenant_id: str
    link_id: str
    partner_id: str
    record: RecordKey | None
    email: str
    name: str
    command: str
    fields: Mapping[str, object]
    created_at: datetime
    attempts: int


def claim_answers(connection: Connection, now: datetime, tenant_id: str, limit: int = 50) -> list[Answer]:
    """The tenant's due answers in the order they were given, leased for LEASE. An answer that has to wait holds back
    the later ones of its link. Claims of one tenant follow each other, so that none overlooks an older one."""
    tenants.lock(connection, tenant_id)
    if is_being_rebuilt(connection, tenant_id):
        return []
    older = partner_inbox.alias()
    held_back = (
        select(older.c.id)
        .where(
            older.c.link_id == _T.link_id,
            older.c.id < _T.id,
            older.c.state == "waiting",
            older.c.due_at > now,
        )
        .exists()
    )
    rows = (
        connection.execute(
            select(partner_inbox)
            .where(_T.tenant_id == tenant_id, _T.state == "waiting", _T.due_at <= now, ~held_back)
            .order_by(_T.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        .mappings()
        .all()
    )
    ids = [row["id"] for row in rows]
    if ids:
        update(
            connection, partner_inbox, {"due_at": now + LEASE, "attempts": _T.attempts + 1}, _T.id.in_(ids)
        )
    return [
        Answer(
            id=r["id"],
            tenant_id=r["tenant_id"],
            link_id=r["link_id"],
            partner_id=r["partner_id"],
            record=RecordKey(ObjectKind(r["object"]), r["crm_id"]) if r["object"] else None,
            email=r["email"],
            name=r["name"],
            command=r["command"],
            fields=r["fields"],
            created_at=r["created_at"],
            attempts=r["attempts"] + 1,
        )
        for r in rows
    ]


def tenants_answering(connection: Connection, now: datetime) -> list[str]:
    """The tenants with an answer that is due."""
    due = select(_T.tenant_id).where(_T.state == "waiting", _T.due_at <= now).distinct()
    return list(connection.execute(due).scalars())


def settle_answer(connection: Connection, answer_id: str, at: datetime, refusal: str = "") -> None:
    """Done, or refused with a sentence the partner reads."""
    update(
        connection,
        partner_inbox,
        {"state": "refused" if refusal else "done", "reason": refusal, "done_at": at},
        _T.id == answer_id,
        _T.state == "waiting",
    )


def postpone_answer(connection: Connection, answer_id: str, until: datetime) -> None:
    update(connection, partner_inbox, {"due_at": until}, _T.id == answer_id, _T.state == "waiting")


def answers_due(connection: Connection, now: datetime) -> bool:
    return (
        connection.scalar(select(_T.id).where(_T.state == "waiting", _T.due_at <= now).limit(1)) is not None
    )


def keep_events(
    connection: Connection, events: Sequence[tuple[str, str, Mapping[str, object]]], at: datetime
) -> int:
    """Stores (tenant, key, body) once each; how many were new."""
    rows = [
        {"tenant_id": tenant_id, "key": key, "body": dict(body), "received_at": at, "applied_at": None}
        for tenant_id, key, body in events
    ]
    return keep_all(connection, tables.crm_event, rows)


def events_due(connection: Connection) -> bool:
    t = tables.crm_event.c
    return connection.scalar(select(t.key).where(t.applied_at.is_(None)).limit(1)) is not None
