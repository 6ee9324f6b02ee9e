"""Taking back what was done to a plan as a whole: an upgrade, or a copy. Every step that it touched is kept as it was
before and as it was made; it goes back while nobody has worked on it in between."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from app.domain.actor import Side
from app.domain.plan import OwnerRole, Step, StepStatus


class Whole(StrEnum):
    """What was done to the whole plan."""

    UPGRADE = "upgrade"
    COPY = "copy"

    @property
    def label(self) -> str:
        return f"the {self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What people may work on in a step, under the names it has there. `said` counts what was shown for it or asked
    of it."""

    title: str
    milestone: str
    owner_side: Side
    owner_role: OwnerRole
    owner_name: str
    owner_email: str
    rule: str
    due: date | None
    after: tuple[str, ...]
    required: bool
    status: StepStatus
    template_version: int
    said: int

    def is_same_work(self, other: "Shape") -> bool:
        """Whether nobody has changed it: what follows by itself from a rule, a role or a template does not count."""
        return _by_hand(self) == _by_hand(other)

    def values(self) -> dict[str, Any]:
        """What a step is given to stand like this again."""
        return {name: getattr(self, name) for name in _GIVEN}


_GIVEN = tuple(name for name in Shape.__dataclass_fields__ if name != "said")


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One step of the plan: `before` is None for one that was made."""

    id: str
    before: Shape | None
    after: Shape

    @property
    def is_changed(self) -> bool:
        return self.before is None or not self.before.is_same_work(self.after)

    def stands(self, step: Step | None) -> bool:
        """Whether nobody has worked on it since."""
        return step is not None and shape_of(step).is_same_work(self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What was done to a plan as a whole last, when, and with which steps. `name` is the template's, or the deal's
    that was copied."""

    what: Whole
    name: str
    at: datetime
    steps: tuple[Touched, ...]

    @property
    def made(self) -> int:
        return sum(one.before is None for one in self.steps)

    @property
    def changed(self) -> int:
        return sum(one.is_changed for one in self.steps) - self.made

    def is_open(self, plan: dict[str, Step]) -> bool:
        """Whether it can be taken back: every step that it changed or made stands as it left it."""
        return all(one.stands(plan.get(one.id)) for one in self.steps if one.is_changed)


def shape_of(step: Step) -> Shape:
    return Shape(
        **{name: getattr(step, name) for name in _GIVEN},
        said=len(step.evidence) + (step.proposal is not None),
    )


def _by_hand(shape: Shape) -> Shape:
    plain = replace(shape, template_version=0, due=None if shape.rule else shape.due)
    if shape.owner_role is OwnerRole.PERSON:
        return plain
    return replace(plain, owner_name="", owner_email="")


def undo_of(what: Whole, name: str, at: datetime, before: list[Step], after: list[Step]) -> Undo:
    """The record of what became of these steps."""
    held = {step.id: shape_of(step) for step in before}
    touched = (Touched(id=step.id, before=held.get(step.id), after=shape_of(step)) for step in after)
    return Undo(what=what, name=name, at=at, steps=tuple(touched))
