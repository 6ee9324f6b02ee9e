"""What the CRM was seen to use of us: which cards are placed, and whether webhooks arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.storage import tables
from app.storage.rows import find, find_all, insert_new, update

_T = tables.sighting.c

WEBHOOK = "webhook"

OFTEN_ENOUGH = timedelta(minutes=10)
"""A sighting is kept this exact: a busy account must not cost a write for each card it opens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    first_at: datetime
    last_at: datetime


def card(place: str, kind: str) -> str:
    """The name of a card's place, such as card:tab:deal."""
    return f"card:{place}:{kind}"


def due(connection: Connection, tenant_id: str, what: str, now: datetime) -> bool:
    """Whether `note` would change anything. A read, so that most requests write nothing."""
    row = find(connection, tables.sighting, _T.tenant_id == tenant_id, _T.what == what)
    return row is None or bool(now - row["last_at"] >= OFTEN_ENOUGH)


def note(connection: Connection, tenant_id: str, what: str, now: datetime) -> None:
    new = {"tenant_id": tenant_id, "what": what, "first_at": now, "last_at": now}
    if not insert_new(connection, tables.sighting, new):
        update(
            connection,
            tables.sighting,
            {"last_at": now},
            _T.tenant_id == tenant_id,
            _T.what == what,
            _T.last_at < now,
        )


def all_of(connection: Connection, tenant_id: str) -> Mapping[str, Sighting]:
    rows = find_all(connection, tables.sighting, _T.tenant_id == tenant_id)
    return {row["what"]: Sighting(first_at=row["first_at"], last_at=row["last_at"]) for row in rows}
