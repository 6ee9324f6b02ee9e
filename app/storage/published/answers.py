"""What partners answered, until the agent has executed it. A repeated key is the same answer (law 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage.published.links import PublishedLink
from app.storage.published.upsert import insert
from app.storage.published_tables import partner_inbox

SETTLING = timedelta(minutes=10)
"""How long an executed answer is still shown as sent when no snapshot with it has come out."""

TOLD = timedelta(days=7)
"""How long a refusal stays on the page of the viewer who was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`state` is waiting, done or refused; `reason` says why it was refused."""

    id: str
    email: str
    name: str
    command: str
    fields: Mapping[str, str]
    created_at: datetime
    state: str
    reason: str
    done_at: datetime | None


_COLUMNS = tuple(partner_inbox.c[name] for name in Answer.__dataclass_fields__)


def put_answer(
    connection: Connection,
    link: PublishedLink,
    *,
    email: str,
    name: str,
    command: str,
    fields: Mapping[str, Any],
    key: str,
    at: datetime,
) -> Answer:
    """The answer as it waits for the agent. The same key again gives the first one and stores nothing; with other
    content it raises AppError, so that nothing a person wrote is dropped in silence."""
    connection.execute(
        insert(connection, partner_inbox)
        .values(
            id=new_id(),
            tenant_id=link.tenant_id,
            link_id=link.id,
            partner_id=link.partner_id,
            object=link.record.object if link.record else None,
            crm_id=link.record.crm_id if link.record else None,
            email=email,
            name=name,
            command=command,
            fields=dict(fields),
            key=key,
            created_at=at,
            state="waiting",
            reason="",
            due_at=at,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["link_id", "key"])
    )
    row = connection.execute(
        select(*_COLUMNS).where(partner_inbox.c.link_id == link.id, partner_inbox.c.key == key)
    ).one()
    stored = Answer(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row's values by column
    if stored.command != command or dict(stored.fields) != dict(fields):
        raise AppError(
            Reason.KEY_REUSED,
            "You have already sent something else from this form. It is safe. Send this again as a new one.",
        )
    return stored


def recent_answers(
    connection: Connection, link: PublishedLink, email: str, published_at: datetime, at: datetime
) -> list[Answer]:
    """What this viewer of the link sent that its room does not show yet, oldest first: waiting, executed after the
    room was published, or refused within a week."""
    c = partner_inbox.c
    rows = connection.execute(
        select(*_COLUMNS)
        .where(
            c.link_id == link.id,
            c.email == email,
            or_(
                c.state == "waiting",
                and_(c.state == "done", c.done_at > max(published_at, at - SETTLING)),
                and_(c.state == "refused", c.done_at > at - TOLD),
            ),
        )
        .order_by(c.created_at, c.id)
    )
    return [Answer(**row) for row in rows.mappings()]


def answer_by_id(connection: Connection, link: PublishedLink, answer_id: str) -> Answer | None:
    """The answer of that id, if it was given over this link."""
    row = connection.execute(
        select(*_COLUMNS).where(partner_inbox.c.link_id == link.id, partner_inbox.c.id == answer_id)
    ).first()
    return Answer(**row._mapping) if row else None  # noqa: SLF001 - as above
