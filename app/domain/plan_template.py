"""Templates that plans start from. A draft is edited, a published version is frozen, a retired one starts nothing
more; a running plan keeps the version it began with until somebody upgrades it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.actor import Side
from app.domain.plan import ROLES, OwnerRole
from app.domain.plan_dates import read_rule
from app.domain.plan_graph import counted_from, cycle
from app.domain.thread import Audience, clean_line
from app.ground.errors import AppError, Reason

MOST_STEPS = 100
"""Steps of a template. More is a project, not a plan that two firms agree on."""

KEY_LIMIT = 64

T = TypeVar("T", bound=StrEnum)


class Motion(StrEnum):
    SOURCE = "source"
    CO_SELL = "co_sell"
    RENEWAL = "renewal"

    @property
    def label(self) -> str:
        return {"source": "Sourced by the partner", "co_sell": "Co-sell", "renewal": "Renewal"}[self.value]


class TemplateState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateStep:
    """`key` names the step in every version; `after` and a rule that counts from a step name keys."""

    key: str
    milestone: str
    title: str
    side: Side
    role: OwnerRole
    rule: str = ""
    after: tuple[str, ...] = ()
    required: bool = True
    audience: Audience = Audience.PARTNER

    @property
    def before(self) -> set[str]:
        return {*self.after, counted_from(self.rule)} - {""}

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "milestone": self.milestone,
            "title": self.title,
            "side": str(self.side),
            "role": str(self.role),
            "rule": self.rule,
            "after": list(self.after),
            "required": self.required,
            "audience": str(self.audience),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version of a template says."""

    name: str
    motion: Motion
    steps: tuple[TemplateStep, ...]

    def step(self, key: str) -> TemplateStep | None:
        return next((step for step in self.steps if step.key == key), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "motion": str(self.motion),
            "steps": [step.to_json() for step in self.steps],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One version. `revision` rises with each edit of a draft: an editor names the one it saw."""

    id: str
    version: int
    revision: int
    state: TemplateState
    content: Content
    author: str
    changed_at: datetime
    published_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.content.name


def read_content(body: object) -> Content:
    """The template that a form or a file describes. Raises AppError naming what is wrong with it."""
    if not isinstance(body, Mapping):
        raise _wrong("A template has a name, a motion and steps.")
    rows = body.get("steps")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_STEPS:
        raise _wrong(f"A template has between 1 and {MOST_STEPS} steps.")
    steps = tuple(_step(row) for row in rows)
    _require_sound(steps)
    return Content(
        name=clean_line(_text(body, "name"), field="name"),
        motion=_one_of(Motion, _text(body, "motion"), "Choose what the template is for."),
        steps=steps,
    )


def _step(row: object) -> TemplateStep:
    if not isinstance(row, Mapping):
        raise _wrong("Each step has a title.")
    title = clean_line(_text(row, "title"), field="title")
    side = _one_of(Side, _text(row, "side"), f"Say who does “{title}”.")
    role = _one_of(OwnerRole, _text(row, "role") or "firm", f"Say who owns “{title}”.")
    key = _text(row, "key")
    if role is OwnerRole.PERSON or role not in ROLES[side]:
        raise _wrong(f"“{title}” belongs to a role or a firm: a template knows no people.")
    if not 1 <= len(key) <= KEY_LIMIT or not key.isascii() or "," in key or not key.isprintable():
        raise _wrong(f"“{title}” needs a short name of its own.")
    after, required = row.get("after", []), row.get("required", True)
    if not isinstance(after, list) or not all(isinstance(one, str) for one in after):
        raise _wrong(f"Say which steps “{title}” waits for.")
    if not isinstance(required, bool):
        raise _wrong(f"Say whether “{title}” is required.")
    rule = read_rule(_text(row, "rule"))
    return TemplateStep(
        key=key,
        milestone=clean_line(_text(row, "milestone") or "Next steps", field="milestone"),
        title=title,
        side=side,
        role=role,
        rule=rule.to_text() if rule else "",
        after=tuple(dict.fromkeys(after)),
        required=required,
        audience=_one_of(Audience, _text(row, "audience") or "partner", f"Say who sees “{title}”."),
    )


def _require_sound(steps: Sequence[TemplateStep]) -> None:
    known = {step.key: step for step in steps}
    if len(known) != len(steps):
        raise _wrong("Two steps of this template have the same short name.")
    for step in steps:
        unknown = step.before - set(known)
        if unknown:
            raise _wrong(f"“{step.title}” waits for a step that this template does not have.")
        hidden = [one for one in step.before if known[one].audience is Audience.TEAM]
        if step.audience is Audience.PARTNER and hidden:
            raise _wrong(
                f"The partner sees “{step.title}”, so it cannot wait for “{known[hidden[0]].title}”, which only "
                "your team sees."
            )
    ring = cycle({step.key: step.before for step in steps})
    if ring:
        said = " waits for ".join(f"“{known[one].title}”" for one in [*reversed(ring), ring[-1]])
        raise AppError(Reason.STATE_CONFLICT, f"This would go in a circle: {said}.", field="steps")


def _text(row: Mapping[Any, Any], name: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise _wrong(f"The {name} of a template or step is text.")
    return value.strip()


def _one_of(kind: type[T], value: str, sentence: str) -> T:
    try:
        return kind(value)
    except ValueError:
        raise _wrong(sentence) from None


def _wrong(sentence: str) -> AppError:
    return AppError(Reason.INVALID, sentence, field="steps")
