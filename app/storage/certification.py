"""Certifications, what still waits for its partner, and what the tenant's programme asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, or_, select

from app.domain.certification import Certification, Source
from app.domain.certification_rights import Requirement
from app.ground.clock import from_iso, to_iso
from app.storage import tables
from app.storage.rows import find, find_all, insert_missing, put

_X, _U, _R = tables.certification.c, tables.unplaced_certification.c, tables.certification_requirement.c
_DAYS = ("issued", "expires")
_MOMENTS = ("said_at", "observed_at", "revoked_at")


def save(connection: Connection, tenant_id: str, certification: Certification) -> None:
    """The certification stands with its partner, whether it is new or known."""
    put(connection, tables.certification, {"tenant_id": tenant_id, **asdict(certification)})


def add_missing(connection: Connection, tenant_id: str, found: Sequence[Certification]) -> int:
    """How many we did not hold; those we hold stay as they are."""
    return insert_missing(
        connection, tables.certification, [{"tenant_id": tenant_id, **asdict(one)} for one in found]
    )


def of_partners(connection: Connection, tenant_id: str, partner_ids: Sequence[str]) -> list[Certification]:
    rows = find_all(
        connection,
        tables.certification,
        _X.tenant_id == tenant_id,
        _X.partner_id.in_(partner_ids),
        order=[_X.person_name, _X.expires, _X.id],
    )
    return [_certification(row) for row in rows]


def get(connection: Connection, tenant_id: str, certification_id: str) -> Certification | None:
    row = find(connection, tables.certification, _X.tenant_id == tenant_id, _X.id == certification_id)
    return _certification(row) if row else None


def of_person(connection: Connection, tenant_id: str, partner_id: str, email: str) -> list[Certification]:
    rows = find_all(
        connection,
        tables.certification,
        _X.tenant_id == tenant_id,
        _X.partner_id == partner_id,
        _X.person_email == email,
        order=[_X.id],
    )
    return [_certification(row) for row in rows]


def employers(connection: Connection, tenant_id: str, emails: Sequence[str]) -> list[str]:
    """The partners that somebody with one of these addresses, in small letters, is certified for."""
    mine = (_X.tenant_id == tenant_id, func.lower(_X.person_email).in_(emails))
    rows = connection.execute(select(_X.partner_id).distinct().where(*mine).order_by(_X.partner_id).limit(20))
    return [row.partner_id for row in rows]


def ending(connection: Connection, until: date) -> list[tuple[str, Certification]]:
    """Those of every tenant that end by that day and were not all reminded of, with the tenant's id."""
    rows = connection.execute(
        select(tables.certification)
        .where(_X.expires.is_not(None), _X.expires <= until, or_(_X.reminded.is_(None), _X.reminded >= 0))
        .order_by(_X.tenant_id, _X.expires, _X.id)
    ).mappings()
    return [(row["tenant_id"], _certification(row)) for row in rows]


def unplaced(
    connection: Connection, tenant_id: str, certification_id: str
) -> tuple[Certification, str] | None:
    """What waits for its partner, with the name of the firm that its issuer gave."""
    row = find(
        connection, tables.unplaced_certification, _U.tenant_id == tenant_id, _U.id == certification_id
    )
    return (_from_body(row["body"]), row["firm"]) if row else None


def all_unplaced(connection: Connection, tenant_id: str, limit: int = 200) -> list[tuple[Certification, str]]:
    """The newest awards that wait for their partner; a lone revocation is none."""
    rows = find_all(
        connection,
        tables.unplaced_certification,
        _U.tenant_id == tenant_id,
        order=[_U.seen_at.desc(), _U.id],
        limit=limit,
    )
    found = [(_from_body(row["body"]), row["firm"]) for row in rows]
    return [pair for pair in found if pair[0].said_at is not None]


def keep_unplaced(
    connection: Connection, tenant_id: str, certification: Certification, firm: str, at: datetime
) -> None:
    put(
        connection,
        tables.unplaced_certification,
        {
            "tenant_id": tenant_id,
            "id": certification.id,
            "body": _to_body(certification),
            "firm": firm[:200],
            "seen_at": at,
        },
    )


def forget_unplaced(connection: Connection, tenant_id: str, certification_id: str) -> None:
    connection.execute(
        tables.unplaced_certification.delete().where(_U.tenant_id == tenant_id, _U.id == certification_id)
    )


def requirements(connection: Connection, tenant_id: str) -> list[Requirement]:
    rows = find_all(
        connection,
        tables.certification_requirement,
        _R.tenant_id == tenant_id,
        order=[_R.right, _R.credential, _R.id],
    )
    return [
        Requirement(
            id=row["id"],
            right=row["right"],
            credential=row["credential"],
            level=row["level"],
            people=row["people"],
        )
        for row in rows
    ]


def save_requirement(connection: Connection, tenant_id: str, requirement: Requirement) -> None:
    put(connection, tables.certification_requirement, {"tenant_id": tenant_id, **asdict(requirement)})


def remove_requirement(connection: Connection, tenant_id: str, requirement_id: str) -> bool:
    """True if there was such a requirement."""
    gone = connection.execute(
        tables.certification_requirement.delete().where(_R.tenant_id == tenant_id, _R.id == requirement_id)
    )
    return bool(gone.rowcount)


def _certification(row: RowMapping) -> Certification:
    values = {name: row[name] for name in _names()}
    return Certification(**(values | {"source": Source(row["source"])}))


def _names() -> Iterable[str]:
    return Certification.__dataclass_fields__


def _to_body(certification: Certification) -> dict[str, Any]:
    body = asdict(certification)
    body |= {name: body[name].isoformat() for name in _DAYS if body[name]}
    return body | {name: to_iso(body[name]) for name in _MOMENTS if body[name]}


def _from_body(body: dict[str, Any]) -> Certification:
    values = dict(body, source=Source(body["source"]))
    values |= {name: date.fromisoformat(values[name]) for name in _DAYS if values[name]}
    values |= {name: from_iso(values[name]) for name in _MOMENTS if values[name]}
    return Certification(**values)
