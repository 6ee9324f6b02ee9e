"""Ends the access of a firm or a person from the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.bootstrap import House
from app.domain.actor import Actor, ActorKind
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.reading.evidence import pack
from app.running import house_of


def offboard(tenant_id: str, *, partner: str, contact: str, reason: str, out: Path) -> Mapping[str, Any]:
    """What ended; the pack stands in `out`. `partner` is an id or a name. Raises AppError."""
    with house_of(tenant_id) as (house, tenant):
        fields = {"partner_id": _partner_id(house, tenant.id, partner), "contact": contact, "reason": reason}
        actor = Actor(kind=ActorKind.SYSTEM, id="command-line", name="Command line")
        done = house.executor().run(tenant.id, actor, "partner.offboard", None, fields, new_id())
        offboarding_id = str(done.result["offboarding_id"])
        out.write_bytes(pack(house.database, house.vault, house.clock, tenant.id, offboarding_id))
    return {**done.result, "message": done.message, "file": str(out)}


def _partner_id(house: House, tenant_id: str, partner: str) -> str:
    from app.storage import partner as partners

    if not partner:
        return ""
    with house.database.read() as connection:
        known = partners.get(connection, tenant_id, partner) or partners.by_name(
            connection, tenant_id, partner
        )
    if known is None:
        raise AppError(Reason.NOT_FOUND, f"There is no partner called {partner!r}.")
    return known.id
