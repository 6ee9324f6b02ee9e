"""What the plan says about the close date: whether it holds, or which step moves it, and by which chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.actor import Side
from app.domain.plan import Step, StepStatus, live, progress, waiting_on
from app.domain.plan_calendar import Calendar
from app.domain.plan_dates import Anchor, local_day, read_rule
from app.domain.plan_graph import in_order, waits

_NONE = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`expected` is the close date that the plan supports, `late` the step that moves it (None on track), and `path`
    the chain of open steps that decides when the plan ends, the first to do first."""

    close: date | None
    expected: date | None
    late: Step | None = None
    path: tuple[Step, ...] = ()

    @property
    def slips(self) -> bool:
        return self.late is not None


def forecast(
    steps: Sequence[Step], close: date | None, today: date, calendar: Calendar | None = None
) -> Forecast:
    """An open step ends on its due date, or today once that has passed, and never before those it waits for. The
    longest delay of a required step that no other open one waits for moves the close date by as many days: whoever
    is late inside a chain moves it only as far as the chain has no room."""
    calendar = calendar or Calendar()
    plan = _Plan(steps, today, calendar)
    last = [step for step in plan.open.values() if step.required and not plan.followed(step.id)]
    worst = max(last, key=lambda s: (plan.slip[s.id], s.position), default=None)
    if worst is None or plan.slip[worst.id] <= _NONE:
        final = max(last, key=lambda s: (plan.ends[s.id] or date.min, s.position), default=None)
        return Forecast(close=close, expected=close, path=plan.chain(final) if final else ())
    path = plan.chain(worst)
    late = next((step for step in path if plan.slip[step.id] > _NONE), worst)
    expected = close + plan.slip[worst.id] if close else None
    return Forecast(close=close, expected=expected, late=late, path=path)


class _Plan:
    """When each open step ends, and by how much that is later than it was due."""

    def __init__(self, steps: Sequence[Step], today: date, calendar: Calendar) -> None:
        self.open = {step.id: step for step in steps if step.status is StepStatus.OPEN}
        self._waits = {key: found & set(self.open) for key, found in waits(steps).items() if key in self.open}
        self._calendar = calendar
        self.ends: dict[str, date | None] = {}
        self.slip: dict[str, timedelta] = {}
        for step_id in in_order(list(self.open.values())):
            self._settle(self.open[step_id], today)

    def followed(self, step_id: str) -> bool:
        """Whether a required open step waits for this one."""
        return any(step_id in found and self.open[key].required for key, found in self._waits.items())

    def chain(self, last: Step) -> tuple[Step, ...]:
        """The steps that decide when `last` ends, the first to do first."""
        found = [last]
        while (binding := self._binding(found[-1])) and binding not in found:
            found.append(binding)
        return tuple(reversed(found))

    def _settle(self, step: Step, today: date) -> None:
        own = max(step.due, today) if step.due else None
        days = [day for one in self._waits[step.id] if (day := self._free(step, self.open[one]))]
        self.ends[step.id] = max([*days, *([own] if own else [])], default=None)
        end = self.ends[step.id]
        if step.due and end:
            self.slip[step.id] = end - step.due
        else:
            self.slip[step.id] = max((self.slip[one] for one in self._waits[step.id]), default=_NONE)

    def _free(self, step: Step, first: Step) -> date | None:
        """The first day on which the step can end, as far as it waits for the other."""
        end = self.ends.get(first.id)
        rule = read_rule(step.rule)
        counts = rule is not None and rule.anchor is Anchor.STEP and rule.ref == first.id
        return rule.from_day(end, self._calendar) if end and counts and rule else end

    def _binding(self, step: Step) -> Step | None:
        """The step that this one waits for the longest, if it ends no earlier than this one could otherwise."""
        known = [
            (day, self.open[one]) for one in self._waits[step.id] if (day := self._free(step, self.open[one]))
        ]
        latest = max(known, key=lambda pair: (pair[0], pair[1].position), default=None)
        return latest[1] if latest else None


class Health(StrEnum):
    """How a plan is doing: NONE has no steps, RISK has something late that does not move the close date yet."""

    NONE = "none"
    ON_TRACK = "on_track"
    RISK = "at_risk"
    LATE = "late"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHealth:
    """`on_time` is the share in percent of what fell due so far that was done by the day agreed on; None before
    anything did. `next` is the step that everybody waits for."""

    state: Health
    done: int
    total: int
    on_time: int | None
    next: Step | None
    expected: date | None

    @property
    def waiting_on(self) -> Side | None:
        return self.next.owner_side if self.next else None


def health(
    steps: Sequence[Step],
    close: date | None,
    today: date,
    zone: str = "UTC",
    calendar: Calendar | None = None,
) -> PlanHealth:
    count, seen = progress(steps), forecast(steps, close, today, calendar)
    late = [step for step in steps if step.is_late(today)]
    if not count.total:
        state = Health.NONE
    elif count.done == count.total:
        state = Health.DONE
    elif seen.slips:
        state = Health.LATE
    else:
        state = Health.RISK if late else Health.ON_TRACK
    return PlanHealth(
        state=state,
        done=count.done,
        total=count.total,
        on_time=_on_time(steps, today, zone),
        next=waiting_on(steps),
        expected=seen.expected,
    )


def _on_time(steps: Sequence[Step], today: date, zone: str) -> int | None:
    agreed = {step.id: step.baseline or step.due for step in steps}
    fell_due = [
        (day, local_day(step.done_at, zone) if step.done_at else None)
        for step in live(steps)
        if (day := agreed[step.id]) and (step.done_at or (step.status is StepStatus.OPEN and day < today))
    ]
    if not fell_due:
        return None
    kept = sum(done is not None and done <= day for day, done in fell_due)
    return round(100 * kept / len(fell_due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far the plan has moved from what was agreed on first."""

    moved: int
    planned_end: date
    end: date


def drift(steps: Sequence[Step]) -> Drift | None:
    """The baseline against now; None while nothing has moved."""
    dated = [(step.baseline, step.due) for step in live(steps) if step.baseline and step.due]
    moved = sum(first != now for first, now in dated)
    if not moved:
        return None
    return Drift(moved=moved, planned_end=max(first for first, _ in dated), end=max(now for _, now in dated))


def worst(found: Sequence[PlanHealth]) -> PlanHealth | None:
    """Of several plans on one record the one that needs somebody most."""
    return max(found, key=lambda one: _RANK[one.state], default=None)


_RANK: Mapping[Health, int] = {
    Health.NONE: 0,
    Health.DONE: 1,
    Health.ON_TRACK: 2,
    Health.RISK: 3,
    Health.LATE: 4,
}
