"""The only place that asks what time it is. Every time in the product is an aware UTC datetime."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Anything that answers the current time, aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class SteppingClock:
    """A clock for tests: stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


def to_iso(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and a Z, e.g. 2026-11-22T10:15:00.000Z. Refuses naive times."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be written down")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The aware UTC time an ISO 8601 text names; a text without a zone is taken as UTC.
    Raises ValueError for a text that names no time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time lies outside the calendar") from None


def from_millis(millis: int) -> datetime:
    """The aware UTC time `millis` milliseconds after 1970 (HubSpot's unit)."""
    return datetime.fromtimestamp(millis / 1000, UTC)
