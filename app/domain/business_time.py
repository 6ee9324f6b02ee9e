"""Hours that count on working days only, in the zone of those who work."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5

LONGEST = 400
"""Days looked ahead at most: more days off in a row than any calendar has."""


def add_hours(start: datetime, hours: int, zone: ZoneInfo, holidays: Collection[date] = ()) -> datetime:
    """The moment at which `hours` of working days have passed. A working day counts from midnight to midnight, where
    the work is done; a day with a change of the clock counts as long as it is."""
    left, at = timedelta(hours=hours), start
    for _ in range(LONGEST):
        today = at.astimezone(zone).date()
        tomorrow = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(start.tzinfo)
        if today.weekday() < SATURDAY and today not in holidays:
            if at + left <= tomorrow:
                return at + left
            left -= tomorrow - at
        at = tomorrow
    return at + left
