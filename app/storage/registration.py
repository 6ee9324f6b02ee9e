"""Registrations and the conflict flags found on them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, or_, select, union_all

from app.domain.fair_clock import Pauses
from app.domain.matching.candidates import bound, rank
from app.domain.programme import DEFAULT_TERMS, Motion, Terms
from app.domain.registration import (
    Amendment,
    Approval,
    Ask,
    Attribution,
    Entry,
    Registration,
    RegistrationState,
    reminds_at,
)
from app.ground.plain import from_plain, plain
from app.storage import tables
from app.storage.rows import ask, equal, find, find_all, insert, insert_missing, keep_all, update


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What stands behind the state of a registration, under the names it has there."""

    terms: Terms = DEFAULT_TERMS
    approvals: tuple[Approval, ...] = ()
    pauses: Pauses = ()
    waits: Pauses = ()
    ask: Ask | None = None
    amendment: Amendment | None = None
    given: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()


PROGRAMME = "programme"
"""The channel of what the programme itself says in a thread."""

_STORY = tuple(field.name for field in fields(Story))
_ONLY_COLUMNS = frozenset({"tenant_id", "paused_since", "waiting_since", "idle_days", "remind_at", "story"})

_R, _K = tables.registration.c, tables.match_key.c

_OF_DEAL, _OF_BOTH, _OF_COMPANY = (
    select(tables.registration).where(equal(_R.tenant_id), where).order_by(_R.received_at)
    for where in (
        equal(_R.deal_id),
        or_(equal(_R.deal_id), equal(_R.company_id) & _R.deal_id.is_(None)),
        equal(_R.company_id),
    )
)


def add(connection: Connection, tenant_id: str, registration: Registration) -> None:
    insert(connection, tables.registration, _values(tenant_id, registration))


def add_missing(connection: Connection, tenant_id: str, found: Sequence[Registration]) -> int:
    """How many of the registrations we did not hold; those we hold stay as they are."""
    return insert_missing(connection, tables.registration, [_values(tenant_id, one) for one in found])


def change(
    connection: Connection, tenant_id: str, registration: Registration, was: RegistrationState
) -> bool:
    """False, with nothing changed, if the registration is no longer in the state it was read in."""
    values = {k: v for k, v in _values(tenant_id, registration).items() if k not in ("tenant_id", "id")}
    return bool(
        update(
            connection,
            tables.registration,
            values,
            _R.tenant_id == tenant_id,
            _R.id == registration.id,
            _R.state == was,
        )
    )


def get(connection: Connection, tenant_id: str, registration_id: str) -> Registration | None:
    row = find(connection, tables.registration, _R.tenant_id == tenant_id, _R.id == registration_id)
    return _registration(row) if row else None


def get_many(connection: Connection, tenant_id: str, ids: Sequence[str]) -> list[Registration]:
    rows = find_all(connection, tables.registration, _R.tenant_id == tenant_id, _R.id.in_(ids)) if ids else []
    return [_registration(row) for row in rows]


def on_record(
    connection: Connection, tenant_id: str, *, deal_id: str | None, company_id: str | None
) -> list[Registration]:
    """The registrations of a deal, and of its company where they name no deal; of all deals for a company."""
    query = (_OF_BOTH if company_id else _OF_DEAL) if deal_id else _OF_COMPANY
    rows = ask(connection, query, tenant_id=tenant_id, deal_id=deal_id, company_id=company_id)
    return [_registration(row) for row in rows]


def last_receipt(connection: Connection, tenant_id: str) -> datetime | None:
    """The latest moment at which the tenant received a registration."""
    rows = find_all(
        connection, tables.registration, _R.tenant_id == tenant_id, order=[_R.received_at.desc()], limit=1
    )
    return rows[0]["received_at"] if rows else None


def latest(connection: Connection, tenant_id: str, limit: int) -> list[Registration]:
    """So many of the tenant's registrations, decided or not, the newest first."""
    rows = find_all(
        connection, tables.registration, _R.tenant_id == tenant_id, order=[_R.received_at.desc()], limit=limit
    )
    return [_registration(row) for row in rows]


def of_customer(connection: Connection, tenant_id: str, company_id: str) -> list[Registration]:
    """Every registration of a customer's record, decided or not, the oldest first."""
    rows = find_all(
        connection,
        tables.registration,
        _R.tenant_id == tenant_id,
        _R.company_id == company_id,
        order=[_R.received_at],
    )
    return [_registration(row) for row in rows]


def running_out(connection: Connection, now: datetime) -> list[tuple[str, Registration]]:
    """Approved registrations whose protection has ended, with their tenants."""
    rows = find_all(
        connection,
        tables.registration,
        _R.state == RegistrationState.APPROVED,
        _R.protected_until <= now,
        _R.paused_since.is_(None),
        limit=200,
    )
    return [(row["tenant_id"], _registration(row)) for row in rows]


def late(connection: Connection, now: datetime) -> list[tuple[str, Registration]]:
    """Registrations whose decision is due, and that nobody was told of, with their tenants."""
    rows = find_all(
        connection,
        tables.registration,
        _R.state == RegistrationState.SUBMITTED,
        _R.due_at <= now,
        _R.escalated_at.is_(None),
        _R.waiting_since.is_(None),
        limit=200,
    )
    return [(row["tenant_id"], _registration(row)) for row in rows]


def ending(connection: Connection, now: datetime) -> list[tuple[str, Registration]]:
    """Running protections of whose end a reminder is due, with their tenants."""
    rows = find_all(
        connection,
        tables.registration,
        _R.state == RegistrationState.APPROVED,
        _R.protected_until > now,
        _R.remind_at <= now,
    )
    return [(row["tenant_id"], _registration(row)) for row in rows]


def may_idle(connection: Connection) -> list[tuple[str, Registration]]:
    """Running protections that rules pull back when nothing happens, with their tenants."""
    rows = find_all(
        connection,
        tables.registration,
        _R.state == RegistrationState.APPROVED,
        _R.idle_days > 0,
        _R.paused_since.is_(None),
    )
    return [(row["tenant_id"], _registration(row)) for row in rows]


def last_activity(connection: Connection, tenant_id: str, registration: Registration) -> datetime | None:
    """When somebody last wrote in the thread, or completed a step, with this partner on the registration's record.
    What the programme itself says is no activity."""
    kind, crm_id = (
        ("deal", registration.deal_id) if registration.deal_id else ("company", registration.company_id)
    )
    m, s = tables.message.c, tables.step.c
    where = {"object": kind, "crm_id": crm_id, "partner_id": registration.partner_id, "tenant_id": tenant_id}
    wrote = select(func.max(m.sent_at)).where(
        *(m[name] == value for name, value in where.items()), m.channel != PROGRAMME
    )
    did = select(func.max(s.done_at)).where(*(s[name] == value for name, value in where.items()))
    return max(filter(None, (connection.scalar(wrote), connection.scalar(did))), default=None)


def set_keys(
    connection: Connection, tenant_id: str, source: str, source_id: str, keys: Sequence[str]
) -> None:
    """The match keys of a company or registration are exactly `keys` now."""
    connection.execute(
        tables.match_key.delete().where(
            _K.tenant_id == tenant_id, _K.source == source, _K.source_id == source_id, _K.key.notin_(keys)
        )
    )
    keep_all(
        connection,
        tables.match_key,
        [
            {"tenant_id": tenant_id, "key": key[:300], "source": source, "source_id": source_id}
            for key in keys
        ],
    )


def family_key(parent_id: str) -> str:
    """The key under which a company stands that names this one as its parent."""
    return f"parent:{parent_id}"


def subsidiaries(connection: Connection, tenant_id: str, parent_id: str, limit: int = 25) -> list[str]:
    """Companies whose record names this one as their parent."""
    rows = find_all(
        connection,
        tables.match_key,
        _K.tenant_id == tenant_id,
        _K.key == family_key(parent_id),
        _K.source == "company",
        order=[_K.source_id],
        limit=limit,
    )
    return [row["source_id"] for row in rows]


def live_near(connection: Connection, tenant_id: str, company_ids: Sequence[str]) -> set[str]:
    """Those of the companies that a registration which waits or was approved may be about: one made on their record,
    or one that shares a key. One question, however many companies."""
    if not company_ids:
        return set()
    live = _R.state.in_([RegistrationState.SUBMITTED, RegistrationState.APPROVED])
    here = select(_R.company_id).where(_R.tenant_id == tenant_id, _R.company_id.in_(company_ids), live)
    mine, other = tables.match_key.alias().c, tables.match_key.alias().c
    shared = select(mine.source_id).where(
        _R.tenant_id == tenant_id,
        live,
        mine.tenant_id == tenant_id,
        mine.source == "company",
        mine.source_id.in_(company_ids),
        other.tenant_id == tenant_id,
        other.key == mine.key,
        other.source == "registration",
        other.source_id == _R.id,
    )
    return {str(row[0]) for row in connection.execute(here.union(shared))}


def since(connection: Connection, tenant_id: str, start: datetime) -> dict[str, list[tuple[datetime, str]]]:
    """When each partner registered something since then, and what became of it."""
    rows = connection.execute(
        select(_R.partner_id, _R.received_at, _R.state).where(
            _R.tenant_id == tenant_id, _R.received_at >= start
        )
    )
    found: dict[str, list[tuple[datetime, str]]] = {}
    for partner_id, at, state in rows:
        found.setdefault(partner_id, []).append((at, state))
    return found


def any_live(connection: Connection, tenant_id: str) -> bool:
    """Whether any registration of the tenant waits or was approved."""
    states = [RegistrationState.SUBMITTED, RegistrationState.APPROVED]
    statement = select(_R.id).where(_R.tenant_id == tenant_id, _R.state.in_(states)).limit(1)
    return connection.execute(statement).first() is not None


def live(connection: Connection, tenant_id: str) -> list[Registration]:
    """Every registration that waits or was approved, the oldest first."""
    rows = find_all(
        connection,
        tables.registration,
        _R.tenant_id == tenant_id,
        _R.state.in_([RegistrationState.SUBMITTED, RegistrationState.APPROVED]),
        order=[_R.received_at, _R.id],
    )
    return [_registration(row) for row in rows]


def matching(
    connection: Connection, tenant_id: str, keys: Sequence[str], limit: int = 60
) -> list[tuple[str, str]]:
    """What shares a key, as (source, id): a bounded number, the likeliest first. Of each key only as many rows are
    read as may count, so that a look-up costs the same however many companies there are."""
    if not keys:
        return []
    parts = [
        select(
            select(_K.key, _K.source, _K.source_id)
            .where(_K.tenant_id == tenant_id, _K.key == key)
            .limit(bound(key))
            .subquery()
        )
        for key in sorted(keys)
    ]
    entries: dict[str, list[tuple[str, str]]] = {}
    for key, source, source_id in connection.execute(union_all(*parts)):
        entries.setdefault(key, []).append((source, source_id))
    return rank(entries, limit)[:limit]


def _values(tenant_id: str, registration: Registration) -> dict[str, Any]:
    """The row: what a question may name as columns, the story behind it as one document."""
    columns = {
        field.name: getattr(registration, field.name)
        for field in fields(Registration)
        if field.name not in _STORY
    }
    pause, wait = registration.pause, registration.wait
    return {
        "tenant_id": tenant_id,
        **columns,
        "paused_since": pause.since if pause else None,
        "waiting_since": wait.since if wait else None,
        "idle_days": registration.terms.idle_days,
        "remind_at": reminds_at(registration),
        "story": {name: plain(getattr(registration, name)) for name in _STORY},
    }


def _registration(row: RowMapping) -> Registration:
    values: dict[str, Any] = {k: v for k, v in row.items() if k not in _ONLY_COLUMNS}
    story = from_plain(Story, row["story"] or {})
    return Registration(
        **{
            **values,
            **{name: getattr(story, name) for name in _STORY},
            "state": RegistrationState(row["state"]),
            "motion": Motion(row["motion"]),
            "attribution": Attribution(row["attribution"]) if row["attribution"] else None,
        }
    )
