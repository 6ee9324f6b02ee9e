"""What a partner's login-free form asks for: the part of the programme that is published, and nothing else of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from app.domain.registration_ask import Ask
from app.ground.plain import from_plain, plain
from app.storage.published.links import FORM
from app.storage.published.upsert import insert
from app.storage.published_tables import registration_form, share_link

_F = registration_form.c


def asks_of_form(connection: Connection, tenant_id: str, partner_id: str) -> tuple[Ask, ...]:
    """Nothing is asked for beyond the name where nothing was published: the command asks again."""
    held = connection.scalar(select(_F.asks).where(_F.tenant_id == tenant_id, _F.partner_id == partner_id))
    return tuple(from_plain(Ask, one) for one in held or ())


def publish_asks(connection: Connection, tenant_id: str, asks: Mapping[str, Iterable[Ask]]) -> None:
    """After this the forms of these partners, by id, ask for that."""
    for partner_id, found in asks.items():
        body = [plain(one) for one in found]
        connection.execute(
            insert(connection, registration_form)
            .values(tenant_id=tenant_id, partner_id=partner_id, asks=body)
            .on_conflict_do_update(index_elements=["tenant_id", "partner_id"], set_={"asks": body})
        )


def partners_with_forms(connection: Connection, tenant_id: str, at: datetime) -> set[str]:
    """Whose forms can still be opened."""
    link = share_link.c
    rows = connection.execute(
        select(link.partner_id)
        .distinct()
        .where(
            link.tenant_id == tenant_id,
            link.purpose == FORM,
            link.revoked_at.is_(None),
            link.expires_at > at,
        )
    )
    return {row.partner_id for row in rows}
