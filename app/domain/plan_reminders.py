"""When somebody hears of a step: two days before it is due, on the day, the day after, and then one level higher."""

from datetime import date
from enum import StrEnum


class Reminder(StrEnum):
    SOON = "soon"
    TODAY = "today"
    LATE = "late"
    ESCALATED = "escalated"


AHEAD, BEHIND = 2, 5
"""Days before and after a due date in which anything is sent: who was away longer is not sent what is old."""


def reminder_for(due: date, today: date) -> Reminder | None:
    """What is to be sent now. A day that was missed is made up for on the next, as what holds then."""
    left = (due - today).days
    if 0 < left <= AHEAD:
        return Reminder.SOON
    if left == 0:
        return Reminder.TODAY
    if left in (-1, -2):
        return Reminder.LATE
    return Reminder.ESCALATED if -BEHIND <= left < 0 else None
