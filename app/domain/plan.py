"""The mutual action plan: milestones and their steps. When they are due is plan_dates, what follows for the close
date plan_forecast, what the plan starts from plan_template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.actor import Side
from app.domain.thread import Audience, Delivery


class StepStatus(StrEnum):
    """DROPPED is no longer needed: it counts for nothing, and can be brought back."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class OwnerRole(StrEnum):
    """Who owns a step: a person by name, or whoever holds a role when it counts, or the whole firm."""

    PERSON = "person"
    DEAL_OWNER = "deal_owner"
    MAIN_CONTACT = "main_contact"
    FIRM = "firm"


ROLES = {
    Side.US: (OwnerRole.PERSON, OwnerRole.DEAL_OWNER, OwnerRole.FIRM),
    Side.PARTNER: (OwnerRole.PERSON, OwnerRole.MAIN_CONTACT, OwnerRole.FIRM),
}
"""The roles there are on each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What shows that a step was done: a link, with the words for it."""

    label: str
    url: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Another date for a step, as the partner asks for it, until somebody of our side answers."""

    due: date
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`owner_side` says who has to act; `audience` TEAM keeps a step out of everything a partner gets.
    `version` rises with each edit: an editor names the version it saw. `after` are the steps it waits for. `rule`
    says how `due` is found (plan_dates), empty for a fixed date; `baseline` is the date that was agreed on first.
    `key` is the step's name in the template it came from, of which `template_version` runs since `plan_start`."""

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
    required: bool = True
    after: tuple[str, ...] = ()
    rule: str = ""
    baseline: date | None = None
    owner_role: OwnerRole = OwnerRole.PERSON
    key: str = ""
    template_id: str = ""
    template_version: int = 0
    plan_start: date | None = None
    evidence: tuple[Evidence, ...] = ()
    proposal: Proposal | None = None

    @property
    def asked(self) -> Proposal | None:
        """The proposal that waits for an answer: what is done or set aside needs no other date."""
        return self.proposal if self.status is StepStatus.OPEN else None

    @property
    def is_untouched(self) -> bool:
        """Whether nobody has done anything with it yet: it is open, and nothing was shown or asked for."""
        return self.status is StepStatus.OPEN and not self.evidence and self.proposal is None

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


def live(steps: Sequence[Step]) -> list[Step]:
    """The steps that count: all but those no longer needed."""
    return [step for step in steps if step.status is not StepStatus.DROPPED]


def progress(steps: Sequence[Step]) -> Progress:
    counted = live(steps)
    return Progress(done=sum(step.status is StepStatus.DONE for step in counted), total=len(counted))


def waiting_on(steps: Sequence[Step]) -> Step | None:
    """The open step that should happen first: of those that wait for no other the earliest due, undated ones last."""
    still_open = [step for step in steps if step.status is StepStatus.OPEN]
    ids = {step.id for step in still_open}
    ready = [step for step in still_open if not ids & set(step.after)]
    return min(ready, key=lambda s: (s.due is None, s.due or date.max, s.position), default=None)
