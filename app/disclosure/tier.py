"""What a partner's room may hold of its tier: named field by field, so that nothing else ever gets in (law 2)."""

from collections.abc import Mapping
from typing import Any

from app.domain.tier import TierStanding


def shown(standing: TierStanding | None) -> dict[str, Any] | None:
    """What counts, and what the partner's own firm lacks for more. Nobody's name stands in it."""
    if standing is None:
        return None
    return {
        "granted": standing.granted,
        "tier": standing.tier,
        "why": list(standing.why),
        "until": standing.until.isoformat() if standing.until else None,
        "then": standing.then,
    }


def news(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    """That another tier counts than did; one that is shown for the first time is no news."""
    if not before or not after or before["tier"] == after["tier"]:
        return []
    return [f"Your tier is {after['tier']} now" if after["tier"] else "No tier of yours counts now"]
