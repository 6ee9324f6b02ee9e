"""The tiers that partners have today, as far as certifications carry them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from app.domain.partner import Partner
from app.domain.tier import TierStanding
from app.storage import tables
from app.storage.rows import find_all, put

_T, _R = tables.tier_standing.c, tables.certification_requirement.c


def standings(connection: Connection, tenant_id: str, partner_ids: Sequence[str]) -> dict[str, TierStanding]:
    """By partner; one that is not there has the tier that it was granted."""
    found = find_all(
        connection, tables.tier_standing, _T.tenant_id == tenant_id, _T.partner_id.in_(partner_ids)
    )
    return {
        row["partner_id"]: TierStanding(
            granted=row["granted"],
            tier=row["tier"],
            why=tuple(row["why"]),
            until=row["until"],
            then=row["next_tier"],
        )
        for row in found
    }


def counting(connection: Connection, tenant_id: str, partners: Sequence[Partner]) -> list[Partner]:
    """The partners, each with the tier that counts today instead of the one that it was granted."""
    held = standings(connection, tenant_id, [one.id for one in partners if one.tier])
    return [replace(one, tier=held[one.id].tier) if one.id in held else one for one in partners]


def keep(connection: Connection, tenant_id: str, partner_id: str, standing: TierStanding) -> None:
    """After this the partner stands like that; one that certifications have no say in has no row."""
    if standing.is_plain:
        connection.execute(
            tables.tier_standing.delete().where(_T.tenant_id == tenant_id, _T.partner_id == partner_id)
        )
        return
    values = {
        "granted": standing.granted,
        "tier": standing.tier,
        "why": list(standing.why),
        "until": standing.until,
        "next_tier": standing.then,
    }
    put(connection, tables.tier_standing, {"tenant_id": tenant_id, "partner_id": partner_id, **values})


def asking(connection: Connection) -> list[str]:
    """The tenants whose programme asks for certifications at all."""
    return list(connection.scalars(select(_R.tenant_id).distinct().order_by(_R.tenant_id)))
