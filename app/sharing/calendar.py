"""A plan's dates as a calendar file, from values that somebody may already see. Days without a time: a due date is
the same day for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

TYPE = ("Content-Type", "text/calendar; charset=utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One dated step. `note` says whose it is, and whether it is done."""

    id: str
    title: str
    due: date
    note: str


def to_ics(name: str, days: Iterable[Day], at: datetime, mark: str = "") -> bytes:
    """The calendar. Read again later, it moves what moved: each step keeps its name in it. `mark` says for whom it
    was made, in every entry, since entries are copied one by one."""
    calendar = Calendar()
    calendar.add("prodid", "-//Alongside//Mutual action plan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for day in days:
        event = Event()
        event.add("uid", f"{day.id}@alongside")
        event.add("dtstamp", at)
        event.add("summary", day.title)
        event.add("dtstart", day.due)
        if day.due < date.max:  # without an end it is a day long too
            event.add("dtend", day.due + timedelta(days=1))
        event.add("description", "\n".join(filter(None, (day.note, mark))))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
