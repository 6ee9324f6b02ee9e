"""A plan as a picture: one bar for each milestone, from its first due date to its last."""

from collections.abc import Sequence
from datetime import date, timedelta

from app.domain.plan import Step, StepStatus
from cards import words
from cards.blocks import Bar, Chart, Tone

MARGIN = timedelta(days=3)
"""Room to the left and right, so that a bar at the edge is still seen."""

SHORTEST = 2.0
"""Percent of the width: the least that a one-day milestone is drawn with."""


def timeline(
    milestones: Sequence[tuple[str, Sequence[Step]]], close: date | None, today: date, locale: str = "en"
) -> Chart | None:
    """The dated milestones on one scale with today marked; None when fewer than two dates tell a story."""
    dated = [(title, [s for s in steps if s.due]) for title, steps in milestones]
    dates = [s.due for _, steps in dated for s in steps if s.due]
    if len(set(dates)) < 2:  # noqa: PLR2004 - one date is a point, not a line
        return None
    start = min(*dates, today) - MARGIN
    end = max(*dates, today, close or today) + MARGIN
    bars = tuple(_bar(title, steps, start, end, today, locale) for title, steps in dated if steps)
    said = ". ".join(f"{bar.label}: {bar.detail}" for bar in bars)
    closing = f" Close date {words.day(close, today, locale)}." if close else ""
    return Chart(
        title="Timeline",
        alternative=f"{said}.{closing}",
        bars=bars,
        scale=tuple(words.day(d, today, locale) for d in (start, start + (end - start) / 2, end)),
        today=_percent(today, start, end),
    )


def _bar(title: str, steps: Sequence[Step], start: date, end: date, today: date, locale: str) -> Bar:
    dues = sorted(s.due for s in steps if s.due)
    first, last = dues[0], dues[-1]
    left = _percent(first, start, end)
    span = words.day(first, today, locale)
    if last != first:
        span = f"{span} to {words.day(last, today, locale)}"
    if all(s.status is StepStatus.DONE for s in steps):
        tone, state = Tone.SUCCESS, "done"
    elif any(s.is_late(today) for s in steps):
        tone, state = Tone.DANGER, "late"
    else:
        tone, state = Tone.INFO, "ahead"
    length = max(SHORTEST, round(_percent(last, start, end) - left, 1))
    return Bar(label=title, start=left, length=length, tone=tone, detail=f"{span}, {state}")


def _percent(value: date, start: date, end: date) -> float:
    return round(100 * (value - start).days / (end - start).days, 1)
