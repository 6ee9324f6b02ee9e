"""Who of the people we hold is which contact in the CRM."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, union

from app.domain.record import ObjectKind, RecordKey
from app.storage import tables
from app.storage.outbox import OutboxKind
from app.storage.published_tables import share_link
from app.storage.rows import put_all, update

_P, _C = tables.person.c, tables.partner_contact.c

_HELD = (
    (tables.partner_contact, "email"),
    (tables.registration, "contact_email"),
    (tables.certification, "person_email"),
    (share_link, "contact_email"),
)
"""Where the addresses of people outside the vendor stand."""


def unknown(connection: Connection, tenant_id: str, before: datetime, limit: int) -> list[str]:
    """Addresses of which we do not know who they are in the CRM and did not ask since `before`."""
    held = union(
        *(
            select(func.lower(table.c[name]).label("email")).where(
                table.c.tenant_id == tenant_id, table.c[name] != ""
            )
            for table, name in _HELD
        )
    ).subquery()
    asked = (_P.tenant_id == tenant_id) & (_P.email == held.c.email)
    rows = connection.execute(
        select(held.c.email)
        .select_from(held.outerjoin(tables.person, asked))
        .where(or_(_P.email.is_(None), _P.crm_id.is_(None) & (_P.looked_at < before)))
        .order_by(held.c.email)
        .limit(limit)
    )
    return [row.email for row in rows]


def learn(connection: Connection, tenant_id: str, known: Mapping[str, str | None], at: datetime) -> None:
    """Keeps which contact each address is, None for one that the CRM does not have."""
    rows = [
        {"tenant_id": tenant_id, "email": email[:320], "crm_id": crm_id, "looked_at": at}
        for email, crm_id in known.items()
    ]
    put_all(connection, tables.person, rows)
    for email, crm_id in known.items():
        if crm_id:
            mine = (_C.tenant_id == tenant_id, func.lower(_C.email) == email, _C.crm_contact_id.is_(None))
            update(connection, tables.partner_contact, {"crm_contact_id": crm_id}, *mine)


def waiting(
    connection: Connection, tenant_id: str, emails: Iterable[str]
) -> list[tuple[OutboxKind, str, str]]:
    """What stands in the CRM without its contact, whom these addresses, in small letters, are now known to be: our
    people and their certifications, each as (what, its id, its partner)."""
    wanted, found = sorted(set(emails)), []
    for kind, table, email in (
        (OutboxKind.PERSON, tables.partner_contact, "email"),
        (OutboxKind.CERTIFICATION, tables.certification, "person_email"),
    ):
        c = table.c
        rows = connection.execute(
            select(c.id, c.partner_id).where(c.tenant_id == tenant_id, func.lower(c[email]).in_(wanted))
        )
        found += [(kind, row.id, row.partner_id) for row in rows]
    return found


def holds(connection: Connection, tenant_id: str, emails: Iterable[str]) -> set[str]:
    """Those of the addresses, in small letters, that are somebody's whom we hold and do not know in the CRM."""
    wanted = sorted(set(emails))
    found: set[str] = set()
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        rows = connection.execute(
            select(_P.email).where(_P.tenant_id == tenant_id, _P.email.in_(part), _P.crm_id.is_(None))
        )
        found |= {row.email for row in rows}
    return found


def emails_of(connection: Connection, tenant_id: str, crm_id: str) -> list[str]:
    """Every address under which we hold this contact."""
    rows = connection.execute(
        union(
            select(_P.email).where(_P.tenant_id == tenant_id, _P.crm_id == crm_id),
            select(func.lower(_C.email)).where(_C.tenant_id == tenant_id, _C.crm_contact_id == crm_id),
        )
    )
    return sorted(row[0] for row in rows)


def contacts(connection: Connection, tenant_id: str, crm_ids: Iterable[str]) -> set[str]:
    """Those of the CRM's contacts that are a partner's people here."""
    wanted = sorted(set(crm_ids))
    found: set[str] = set()
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        rows = connection.execute(
            select(_C.crm_contact_id).where(_C.tenant_id == tenant_id, _C.crm_contact_id.in_(part))
        )
        found |= {row.crm_contact_id for row in rows}
    return found


def rooms_of(connection: Connection, tenant_id: str, email: str) -> list[RecordKey]:
    """The records in whose rooms the person may be named: those their partners work on."""
    a, mine = tables.attachment.c, (_C.tenant_id == tenant_id, func.lower(_C.email) == email)
    linked = (share_link.c.tenant_id == tenant_id, func.lower(share_link.c.contact_email) == email)
    firms = union(select(_C.partner_id).where(*mine), select(share_link.c.partner_id).where(*linked))
    rows = connection.execute(
        select(a.object, a.crm_id).distinct().where(a.tenant_id == tenant_id, a.partner_id.in_(firms))
    )
    return [RecordKey(ObjectKind(row.object), row.crm_id) for row in rows]
