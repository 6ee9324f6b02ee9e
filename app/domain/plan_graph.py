"""Which step waits for which, and that none waits for itself."""

import re
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from app.domain.plan import Step, StepStatus
from app.domain.thread import Audience
from app.ground.errors import AppError, Reason

_COUNTED_FROM = re.compile(r"step:(.+)[+-]\d{1,4}[bd]", re.DOTALL)


def counted_from(rule: str) -> str:
    """The step that a rule counts from, empty for any other rule."""
    found = _COUNTED_FROM.fullmatch(rule)
    return found[1] if found else ""


def before(step: Step) -> set[str]:
    """The steps that this one waits for, whether it says so or its date counts from them."""
    named = counted_from(step.rule)
    return {*step.after, named} - {""}


def waits(steps: Sequence[Step]) -> dict[str, set[str]]:
    """For each step those it waits for, as far as they are in this plan and still needed."""
    known = {step.id for step in steps if step.status is not StepStatus.DROPPED}
    return {step.id: before(step) & known for step in steps if step.id in known}


def cycle(edges: Mapping[str, set[str]]) -> list[str]:
    """The steps of a ring, each waiting for the one before it; empty where there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return [str(one) for one in error.args[1]][:-1]
    return []


def in_order(steps: Sequence[Step]) -> list[str]:
    """The steps, each behind those it waits for; in a ring, which no command lets in, as they come."""
    edges = waits(steps)
    if cycle(edges):
        return list(edges)
    return list(TopologicalSorter(edges).static_order())


def require_sound(steps: Sequence[Step], changed: Step) -> None:
    """Raises AppError for a step that would wait for itself, or for one that its readers may not know of."""
    if changed.status is not StepStatus.OPEN:
        return
    others = [step for step in steps if step.id != changed.id]
    by_id = {step.id: step for step in others}
    unknown = [one for one in before(changed) if one not in by_id and one != changed.id]
    if unknown:
        raise AppError(Reason.NOT_FOUND, "There is no such step in this plan.", field="after")
    ring = cycle(waits([*others, changed]))
    if ring:
        titles = {step.id: step.title for step in [*others, changed]}
        said = " waits for ".join(f"“{titles[one]}”" for one in [*reversed(ring), ring[-1]])
        raise AppError(Reason.STATE_CONFLICT, f"This would go in a circle: {said}.", field="after")
    if changed.audience is Audience.PARTNER:
        hidden = [by_id[one] for one in before(changed) if by_id[one].audience is Audience.TEAM]
        if hidden:
            raise AppError(
                Reason.STATE_CONFLICT,
                f"The partner sees this step, so it cannot wait for “{hidden[0].title}”, which only your team "
                "sees: its date would give that away.",
                field="after",
            )
