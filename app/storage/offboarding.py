"""Whose access was ended, and the record of what ended with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from app.domain.plan import StepStatus
from app.storage import tables
from app.storage.plan import get as step_of
from app.storage.rows import find, find_all, insert, update

_T = tables.offboarding.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Offboarding:
    """`partner_id` names a whole firm, `email` one person; `body` is what ended."""

    id: str
    partner_id: str
    email: str
    at: datetime
    by: str
    reason: str
    body: Mapping[str, Any]
    lifted_at: datetime | None = None


def keep(connection: Connection, tenant_id: str, done: Offboarding) -> None:
    insert(
        connection,
        tables.offboarding,
        {
            "tenant_id": tenant_id,
            "id": done.id,
            "partner_id": done.partner_id,
            "email": done.email,
            "at": done.at,
            "by": done.by,
            "reason": done.reason,
            "body": dict(done.body),
        },
    )


def get(connection: Connection, tenant_id: str, offboarding_id: str) -> Offboarding | None:
    row = find(connection, tables.offboarding, _T.tenant_id == tenant_id, _T.id == offboarding_id)
    return _read(row) if row else None


def all_of(connection: Connection, tenant_id: str, limit: int = 100) -> list[Offboarding]:
    """The newest first."""
    where = [_T.tenant_id == tenant_id]
    return [
        _read(row)
        for row in find_all(
            connection, tables.offboarding, *where, order=[_T.at.desc(), _T.id.desc()], limit=limit
        )
    ]


def is_out(connection: Connection, tenant_id: str, partner_id: str, email: str = "") -> bool:
    """Whether this firm, or this person at whichever firm, was offboarded and not let in again."""
    who = _T.partner_id == partner_id
    if email:
        who = who | (_T.email == email.casefold())
    return (
        connection.execute(
            select(_T.id).where(_T.tenant_id == tenant_id, _T.lifted_at.is_(None), who).limit(1)
        ).first()
        is not None
    )


def lift(connection: Connection, tenant_id: str, offboarding_id: str, at: datetime) -> bool:
    """True if it held until now."""
    where = (_T.tenant_id == tenant_id, _T.id == offboarding_id, _T.lifted_at.is_(None))
    return bool(update(connection, tables.offboarding, {"lifted_at": at}, *where))


def open_steps(
    connection: Connection, tenant_id: str, *, partner_id: str = "", email: str = ""
) -> Sequence[tuple[Any, Any]]:
    """The open steps that the firm's side owns, or that this person does, each with its record."""
    c = tables.step.c
    whose = (
        (c.partner_id == partner_id) & (c.owner_side == "partner") if partner_id else c.owner_email == email
    )
    ids = connection.scalars(
        select(c.id).where(c.tenant_id == tenant_id, c.status == str(StepStatus.OPEN), whose).order_by(c.id)
    ).all()
    return [found for id_ in ids if (found := step_of(connection, tenant_id, id_)) is not None]


def _read(row: RowMapping) -> Offboarding:
    return Offboarding(**{name: row[name] for name in Offboarding.__dataclass_fields__})
