"""Card names and their builders. A new card is one module, one line here, and its test."""

from collections.abc import Callable
from datetime import datetime

from app.domain.record import ObjectKind
from app.ground.errors import AppError, Reason
from cards import certifications, conflicts, overview, person, plan, registration, sharing, thread
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

OF_PEOPLE: dict[str, Builder] = {"certifications": person.build}
"""The cards that a contact has."""


def builder(name: str, kind: ObjectKind = ObjectKind.DEAL) -> Builder:
    """The builder of that card on that kind of record. Raises AppError for a name that is no card there."""
    known = OF_PEOPLE if kind is ObjectKind.CONTACT else BUILDERS
    if name not in known:
        raise AppError(Reason.UNKNOWN_CARD, f"There is no such card. Cards are: {', '.join(known)}.")
    return known[name]


def build(name: str, facts: RecordFacts, now: datetime) -> Card:
    return builder(name, facts.record.key.object)(facts, now)
