"""What a newer version of a template changes in a plan that runs on an older one.

Three things meet: what the old version said, what the new one says, and what people made of the plan. What people
changed stays as they made it, what is done stays done, and a step that is left out is set aside, not deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.plan import Step, StepStatus
from app.domain.plan_graph import counted_from
from app.domain.plan_template import Content, TemplateStep

FIELDS = ("title", "milestone", "owner", "rule", "after", "required")
"""What an upgrade may change of a step. Who sees it is decided once, when it begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step of the plan and its new values, by the names of FIELDS."""

    step: Step
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """`kept` are the steps that the new version would change or leave out, and that stay as they are because they
    are done or people changed them."""

    added: tuple[TemplateStep, ...]
    changed: tuple[Change, ...]
    removed: tuple[Step, ...]
    kept: tuple[Step, ...]

    @property
    def summary(self) -> str:
        counts = (
            (len(self.added), "adds"),
            (len(self.changed), "changes"),
            (len(self.removed), "sets aside"),
        )
        said = [f"{verb} {count} step{'' if count == 1 else 's'}" for count, verb in counts if count]
        return " and ".join(filter(None, (", ".join(said[:-1]), said[-1]))) if said else "changes no step"


def difference(old: Content, new: Content, plan: Sequence[Step]) -> Upgrade:
    """What upgrading the plan from one version to the other would do. `plan` are the steps of this template."""
    here = {step.key: step for step in plan}
    keys = {step.id: step.key for step in plan}
    changed, kept = [], []
    for step in plan:
        before, after = old.step(step.key), new.step(step.key)
        if before is None or after is None or step.status is StepStatus.DROPPED:
            continue
        wanted = {name for name in FIELDS if _said(before, name) != _said(after, name)}
        ours = {name for name in wanted if _held(step, name, keys) != _said(before, name)}
        taken = set() if step.status is StepStatus.DONE else wanted - ours
        if taken:
            changed.append(Change(step=step, values={n: _said(after, n) for n in FIELDS if n in taken}))
        if wanted - taken:
            kept.append(step)
    gone = [s for s in plan if new.step(s.key) is None and s.status is not StepStatus.DROPPED]
    removed = [step for step in gone if step.status is StepStatus.OPEN and not step.evidence]
    return Upgrade(
        added=tuple(step for step in new.steps if step.key not in here),
        changed=tuple(changed),
        removed=tuple(removed),
        kept=(*kept, *(step for step in gone if step not in removed)),
    )


def with_ids(rule: str, ids: Mapping[str, str]) -> str:
    """A template's rule as a plan holds it: the step it counts from by its id, and none where that is not there."""
    key = counted_from(rule)
    if not key:
        return rule
    return rule.replace(f"step:{key}", f"step:{ids[key]}", 1) if key in ids else ""


def _said(step: TemplateStep, name: str) -> Any:
    if name == "owner":
        return (step.side, step.role)
    return set(step.after) if name == "after" else getattr(step, name)


def _held(step: Step, name: str, keys: Mapping[str, str]) -> Any:
    match name:
        case "owner":
            return (step.owner_side, step.owner_role)
        case "rule":
            named = counted_from(step.rule)
            return (
                step.rule.replace(f"step:{named}", f"step:{keys.get(named, named)}", 1)
                if named
                else step.rule
            )
        case "after":
            return {keys.get(one, one) for one in step.after}
    return getattr(step, name)
