"""The mutual action plan: milestones, their steps, and what the plan says about the close date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.actor import Side
from app.domain.thread import Audience, Delivery


class StepStatus(StrEnum):
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`owner_side` says who has to act; `audience` TEAM keeps a step out of everything a partner gets.
    `version` rises with each edit: an editor names the version it saw."""

    id: str
    partner_id: str
    milestone: str
    title: str
    owner_side: Side
    owner_name: str = ""
    owner_email: str = ""
    due: date | None = None
    status: StepStatus = StepStatus.OPEN
    audience: Audience = Audience.PARTNER
    done_at: datetime | None = None
    done_by: str = ""
    version: int = 1
    position: int = 0
    delivery: Delivery = Delivery.SENT
    refusal: str = ""
    crm_id: str | None = None

    def is_late(self, today: date) -> bool:
        return self.status is StepStatus.OPEN and self.due is not None and self.due < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    done: int
    total: int

    @property
    def percent(self) -> int:
        """Rounded, but 100 only when every step is done."""
        if self.done >= self.total:
            return 100 if self.total else 0
        return min(99, round(100 * self.done / self.total))


def progress(steps: Sequence[Step]) -> Progress:
    return Progress(done=sum(step.status is StepStatus.DONE for step in steps), total=len(steps))


def waiting_on(steps: Sequence[Step]) -> Step | None:
    """The open step that should happen first: the earliest due, undated ones last."""
    still_open = [step for step in steps if step.status is StepStatus.OPEN]
    return min(still_open, key=lambda s: (s.due is None, s.due or date.max, s.position), default=None)


def forecast(steps: Sequence[Step], close: date | None, today: date) -> tuple[date | None, Step | None]:
    """The close date the plan supports, and the late step that moves it (None when the plan is on track).

    The longest delay of an open step moves the close date by as many days.
    """
    late = max((s for s in steps if s.is_late(today)), key=lambda s: today - (s.due or today), default=None)
    if close is None or late is None or late.due is None:
        return close, None
    return close + (today - late.due), late


def soonest(steps: Sequence[Step], within: timedelta, today: date) -> list[Step]:
    return [s for s in steps if s.status is StepStatus.OPEN and s.due and s.due <= today + within]
