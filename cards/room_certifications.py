"""What the partner's own firm and people are certified for, as the room shows it to them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.certification import LAPSES_SOON
from cards import words
from cards.blocks import Card, ListItem, Tone
from cards.blocks import List as Rows


def build(held: Sequence[Mapping[str, Any]], today: date, locale: str) -> Card | None:
    """None where there is nothing to show. The firm first, its people after."""
    ordered = sorted(held, key=lambda one: (str(one["person"]).casefold(), str(one["name"]).casefold()))
    if not ordered:
        return None
    rows = Rows(items=tuple(_row(one, today, locale) for one in ordered))
    return Card(name="certifications", title="Your certifications", blocks=(rows,))


def _row(one: Mapping[str, Any], today: date, locale: str) -> ListItem:
    name = " · ".join(filter(None, (str(one["name"]), str(one["level"]))))
    ends = date.fromisoformat(one["expires"]) if one["expires"] else None
    badge, tone = "Valid", Tone.SUCCESS
    if one["revoked"]:
        badge, tone = "Revoked", Tone.DANGER
    elif ends and ends < today:
        badge, tone = "Lapsed", Tone.DANGER
    elif ends and ends - today <= LAPSES_SOON:
        badge, tone = f"Lapses {words.near(ends, today, locale)}", Tone.WARNING
    person = str(one["person"])
    return ListItem(
        text=person or name,
        detail=name if person else "",
        badge=badge,
        tone=tone,
        title=words.full_day(ends, locale) if ends else "",
    )
