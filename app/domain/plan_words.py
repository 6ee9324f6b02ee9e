"""Rules and roles of a plan in the words that people read, the same on every surface."""

from collections.abc import Mapping

from app.domain.plan import OwnerRole
from app.domain.plan_dates import Anchor, Rule, read_rule

ROLE_LABELS: Mapping[OwnerRole, str] = {
    OwnerRole.PERSON: "A person",
    OwnerRole.DEAL_OWNER: "The deal's owner",
    OwnerRole.MAIN_CONTACT: "The partner's main contact",
    OwnerRole.FIRM: "The whole firm",
}


def due_words(rule: str | Rule | None, ref: str = "another step") -> str:
    """How a date is found: "10 business days before the close date"; empty for a fixed date. `ref` is what the stage
    or step is called."""
    found = read_rule(rule) if isinstance(rule, str) else rule
    if found is None:
        return ""
    anchor = _ANCHORS[found.anchor].format(ref)
    if not found.days:
        return f"on the day of {anchor}"
    count = abs(found.days)
    unit = f"{'business ' if found.business else ''}day{'' if count == 1 else 's'}"
    return f"{count} {unit} {'after' if found.days > 0 else 'before'} {anchor}"


_ANCHORS = {
    Anchor.START: "the start of the plan",
    Anchor.CLOSE: "the close date",
    Anchor.STAGE: "entering the stage {}",
    Anchor.STEP: "{} is done",
}
