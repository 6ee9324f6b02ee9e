"""When a step is due: on a day, or so many days from the plan's start, a stage, another step, or the close date."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.plan import Step, StepStatus
from app.domain.plan_calendar import FARTHEST, Calendar
from app.domain.plan_graph import in_order
from app.ground.clock import from_millis
from app.ground.errors import AppError, Reason

_RULE = re.compile(r"(start|close|stage|step)(?::(.+))?([+-]\d{1,4})([bd])", re.DOTALL)


class Anchor(StrEnum):
    START = "start"
    CLOSE = "close"
    STAGE = "stage"
    STEP = "step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many days from an anchor: `ref` names the stage or the step."""

    anchor: Anchor
    days: int = 0
    business: bool = True
    ref: str = ""

    def to_text(self) -> str:
        ref = f":{self.ref}" if self.ref else ""
        return f"{self.anchor}{ref}{self.days:+d}{'b' if self.business else 'd'}"

    def from_day(self, day: date, calendar: Calendar) -> date:
        return calendar.add(day, self.days) if self.business else day + timedelta(days=self.days)


def read_rule(text: str) -> Rule | None:
    """The rule that a text holds, None for a fixed date. Raises AppError for what is no rule."""
    if not text:
        return None
    found = _RULE.fullmatch(text)
    if found is None or abs(int(found[3])) > FARTHEST:
        raise AppError(Reason.INVALID, "Say what the date is counted from, and how many days.", field="rule")
    anchor, ref = Anchor(found[1]), found[2] or ""
    if bool(ref) != (anchor in (Anchor.STAGE, Anchor.STEP)):
        raise AppError(Reason.INVALID, "Say which stage or step the date is counted from.", field="rule")
    return Rule(anchor=anchor, days=int(found[3]), business=found[4] == "b", ref=ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The days that due dates are counted from, as far as they are known. `zone` is the account's: the day on which
    a step was completed is a day there."""

    close: date | None = None
    stages: Mapping[str, date] = field(default_factory=dict)
    zone: str = "UTC"


def resolve(steps: Sequence[Step], anchors: Anchors, calendar: Calendar) -> dict[str, date]:
    """The new due date of each open step whose date has moved. A step whose anchor is not known keeps its date; one
    that counts from another moves with it, and settles on the day that the other was completed."""
    held = {step.id: step for step in steps}
    days = {step.id: _day_of(step, anchors.zone) for step in steps}
    moved: dict[str, date] = {}
    for step_id in in_order(steps):
        step = held[step_id]
        rule = read_rule(step.rule)
        if rule is None or step.status is not StepStatus.OPEN:
            continue
        base = _base(rule, step, anchors, days)
        due = rule.from_day(base, calendar) if base else None
        if due is not None and due != step.due:
            moved[step.id] = days[step.id] = due
    return moved


def _base(rule: Rule, step: Step, anchors: Anchors, days: Mapping[str, date | None]) -> date | None:
    match rule.anchor:
        case Anchor.START:
            return step.plan_start
        case Anchor.CLOSE:
            return anchors.close
        case (
            Anchor.STAGE
        ):  # counted from the first time: coming back to a stage, or staying in it, moves nothing
            return None if step.due else anchors.stages.get(rule.ref)
        case Anchor.STEP:
            return days.get(rule.ref)


def _day_of(step: Step, zone: str) -> date | None:
    """The day that counts of a step: when it was completed, or when it is due."""
    if step.status is StepStatus.DONE and step.done_at is not None:
        return local_day(step.done_at, zone)
    return step.due


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def close_day(text: str | None) -> date | None:
    """A deal's close date as its CRM writes it: an ISO date or time, or milliseconds since 1970."""
    text = text or ""
    try:
        return (
            from_millis(int(text)).astimezone(UTC).date()
            if text.isdecimal()
            else date.fromisoformat(text[:10])
        )
    except (ValueError, OverflowError, OSError):
        return None
