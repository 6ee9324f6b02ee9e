"""Card names and their builders. A new card is one module, one line here, and its test."""

from collections.abc import Callable
from datetime import datetime

from app.ground.errors import AppError, Reason
from cards import certifications, conflicts, overview, plan, registration, sharing, thread
from cards.blocks import Card
from cards.facts import RecordFacts

Builder = Callable[[RecordFacts, datetime], Card]

BUILDERS: dict[str, Builder] = {
    "overview": overview.build,
    "thread": thread.build,
    "plan": plan.build,
    "registration": registration.build,
    "certifications": certifications.build,
    "conflicts": conflicts.build,
    "sharing": sharing.build,
}
"""In the order in which a host shows them. Each builds for deals and for companies."""

NAMES = tuple(BUILDERS)


def builder(name: str) -> Builder:
    """The builder of that card. Raises AppError for a name that is no card."""
    found = BUILDERS.get(name)
    if found is None:
        raise AppError(Reason.UNKNOWN_CARD, f"There is no such card. Cards are: {', '.join(NAMES)}.")
    return found


def build(name: str, facts: RecordFacts, now: datetime) -> Card:
    return builder(name)(facts, now)
