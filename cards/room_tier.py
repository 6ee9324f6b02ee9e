"""Which tier the partner has, as the room shows it to them, and what it takes to keep it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.domain.tier import NO_TIER, TierStanding
from cards import tier, words
from cards.blocks import Block, Card, Status, Tone


def build(held: Mapping[str, Any] | None, today: date, locale: str) -> Card | None:
    """None for a partner that was granted no tier."""
    if not held:
        return None
    standing = TierStanding(
        granted=held["granted"],
        tier=held["tier"],
        why=tuple(held["why"]),
        until=date.fromisoformat(held["until"]) if held["until"] else None,
        then=held["then"],
    )
    return Card(name="tier", title="Your tier", blocks=(_block(standing, today, locale),))


def _block(standing: TierStanding, today: date, locale: str) -> Block:
    until = f"until {words.day(standing.until, today, locale)}" if standing.until else ""
    counts = Status(text=standing.tier or words.sentence(NO_TIER), detail=until, tone=Tone.SUCCESS)
    return tier.status(standing, today, locale) or counts
