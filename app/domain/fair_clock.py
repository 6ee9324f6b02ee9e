"""The fair clock: time in which one side waits for the other does not count against it.

A clock has a start, the time that was granted, and its pauses. Pauses never overlap, and what is granted is neither
lost nor multiplied: the unpaused time between start and end is exactly the time that was granted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.ground.errors import AppError, Reason


class Blocker(StrEnum):
    """What the waiting side waits for."""

    APPROVAL = "approval"
    PRICING = "pricing"
    ENGINEER = "engineer"
    LEGAL = "legal"
    OTHER = "other"
    PARTNER = "partner"  # the partner owes an answer: this one stops our own clock

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Blocker.APPROVAL: "a decision",
    Blocker.PRICING: "pricing",
    Blocker.ENGINEER: "a solution engineer",
    Blocker.LEGAL: "the contract",
    Blocker.OTHER: "the vendor",
    Blocker.PARTNER: "the partner's answer",
}

OURS = (Blocker.PRICING, Blocker.ENGINEER, Blocker.LEGAL, Blocker.APPROVAL, Blocker.OTHER)
"""What we can be waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """From `since` on, up to but not including `until`; an open one has no `until`."""

    since: datetime
    blocker: Blocker
    note: str = ""
    by: str = ""
    until: datetime | None = None

    def length(self, now: datetime) -> timedelta:
        return max(timedelta(), (self.until or now) - self.since)


Pauses = tuple[Pause, ...]


def open_pause(pauses: Sequence[Pause]) -> Pause | None:
    """The pause that runs. Only the newest can."""
    return pauses[-1] if pauses and pauses[-1].until is None else None


def paused(pauses: Pauses, pause: Pause) -> Pauses:
    """The pauses with one more that runs. Raises AppError while another does, or for one that began before the last
    had ended."""
    if open_pause(pauses):
        raise AppError(Reason.STATE_CONFLICT, "The clock stands still already.")
    if pauses and pauses[-1].until and pause.since < pauses[-1].until:
        raise AppError(Reason.STATE_CONFLICT, "The clock ran again only later. Look again.")
    return (*pauses, pause)


def resumed(pauses: Pauses, now: datetime) -> Pauses:
    """The pauses with the running one ended. Raises AppError when none runs."""
    last = open_pause(pauses)
    if last is None:
        raise AppError(Reason.STATE_CONFLICT, "The clock is running.")
    return (*pauses[:-1], replace(last, until=max(now, last.since)))


def standstill(pauses: Sequence[Pause], now: datetime) -> timedelta:
    """For how long the clock has stood still up to now."""
    return sum((pause.length(now) for pause in pauses), timedelta())


def runs_until(start: datetime, granted: timedelta, pauses: Sequence[Pause], now: datetime) -> datetime:
    """When the granted time is used up, as things stand now: an open pause moves it on with every moment."""
    return start + granted + standstill(pauses, now)


def used(start: datetime, pauses: Sequence[Pause], now: datetime) -> timedelta:
    """How much of the granted time has passed."""
    return max(timedelta(), now - start - standstill(pauses, now))
