"""One step, edited on two sides: what our plan and the CRM's tasks make of it together, field by field.

A field that one side changed since both agreed takes that side's value. A field that both changed takes the CRM's,
which is the system of record; of several changes there, the newest. What gives way is named, never dropped silently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

FIELDS = ("title", "due", "done", "owner")

EVERYWHERE = "*"
"""The place that stands for all of the CRM's: right after we wrote, every one of them holds the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What both sides can edit. `owner` is the e-mail address of the CRM user who has the task: empty for nobody of
    ours, None where a place does not say."""

    title: str
    due: date | None
    done: bool
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The step as one place in the CRM shows it."""

    place: str
    values: Values
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """`taken` are the fields that the CRM decided, each with when it changed there; `lost` what gave way to that."""

    values: Values
    taken: Mapping[str, datetime]
    lost: Mapping[str, object]
    agreed: Mapping[str, Values]


def differs(agreed: Mapping[str, Values], seen: Seen) -> bool:
    """Whether somebody changed the step in this place since both sides agreed."""
    return bool(_changed(agreed, seen))


def merge(ours: Values, agreed: Mapping[str, Values], places: Sequence[Seen]) -> Merged:
    """The step after both sides met. `agreed` holds, by place, what we know each to have held last."""
    taken: dict[str, datetime] = {}
    lost: dict[str, object] = {}
    values = ours
    for seen in sorted(places, key=lambda one: one.modified_at):
        base = agreed.get(seen.place) or agreed.get(EVERYWHERE) or ours
        for name in _changed(agreed, seen, ours):
            theirs, mine = getattr(seen.values, name), getattr(values, name)
            if mine == theirs:
                continue
            if name in taken or getattr(ours, name) != getattr(base, name):
                lost[name] = mine
            values = _with(values, name, theirs)
            taken[name] = seen.modified_at
    after = dict(agreed) | {seen.place: seen.values for seen in places}
    return Merged(values=values, taken=taken, lost=lost, agreed=after)


def _changed(agreed: Mapping[str, Values], seen: Seen, ours: Values | None = None) -> list[str]:
    base = agreed.get(seen.place) or agreed.get(EVERYWHERE) or ours
    if base is None:
        return list(FIELDS)
    return [
        name
        for name in FIELDS
        if getattr(seen.values, name) != getattr(base, name)
        and not (name == "owner" and None in (seen.values.owner, base.owner))
    ]


def _with(values: Values, name: str, value: object) -> Values:
    return replace(values, **{name: value})  # type: ignore[arg-type]
