"""Plan templates as the settings page shows them: in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.actor import Side
from app.domain.plan import OwnerRole
from app.domain.plan_dates import Anchor, read_rule
from app.domain.plan_template import Template, TemplateState, TemplateStep
from app.domain.plan_words import due_words
from app.domain.thread import Audience

OWNERS = (
    (Side.PARTNER, OwnerRole.FIRM, "The partner's firm"),
    (Side.PARTNER, OwnerRole.MAIN_CONTACT, "The partner's main contact"),
    (Side.US, OwnerRole.FIRM, "Our firm"),
    (Side.US, OwnerRole.DEAL_OWNER, "The deal's owner"),
)
"""Who may own a step of a template: it knows no people."""

STATES = {
    TemplateState.DRAFT: "Draft",
    TemplateState.PUBLISHED: "Published",
    TemplateState.RETIRED: "Retired",
}


def templates(found: Iterable[Template]) -> list[Mapping[str, Any]]:
    """The newest version of each template, and what plans may start from now."""
    seen: set[str] = set()
    shown = []
    for one in found:
        if one.id not in seen or one.state is not TemplateState.RETIRED:
            shown.append(_template(one))
        seen.add(one.id)
    return shown


def owner_words(side: Side, role: OwnerRole) -> str:
    return next((label for s, r, label in OWNERS if (s, r) == (side, role)), "")


def template_due(template: Template, rule: str) -> str:
    """How a date of the template is found; empty where the seller sets it."""
    found = read_rule(rule)
    step = template.content.step(found.ref) if found and found.anchor is Anchor.STEP else None
    return due_words(rule, f"“{step.title}”" if step else found.ref if found else "")


def _template(one: Template) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "state": one.state,
        "state_label": STATES[one.state],
        "name": one.name,
        "motion_label": one.content.motion.label,
        "steps": [_step(one, step) for step in one.content.steps],
    }


def _step(template: Template, step: TemplateStep) -> Mapping[str, Any]:
    said = [
        "" if step.required else "Optional",
        "Only your team sees it" if step.audience is Audience.TEAM else "",
    ]
    return {
        "key": step.key,
        "title": step.title,
        "milestone": step.milestone,
        "who": owner_words(step.side, step.role),
        "due": template_due(template, step.rule),
        "note": " · ".join(filter(None, said)),
    }
