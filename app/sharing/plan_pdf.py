"""A plan on paper for our own side: every step, also those that no partner sees, marked on each page with who took
it, when, and that it stays inside. A partner's document is the room's, from what its snapshot holds."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.actor import Side
from app.domain.plan import Step, StepStatus, progress
from app.domain.thread import Audience
from app.sharing.pdf import QUIET, Marked, begin, heading, line

INSIDE = "for your team only"
"""What stands in the mark where a partner's document names its link."""


def plan_pdf(name: str, steps: Sequence[Step], *, email: str, at: datetime) -> bytes:
    """The steps in the order of the plan, under their milestones."""
    pdf = Marked(email, INSIDE, at)
    said = [(step, _said(step)) for step in sorted(steps, key=lambda one: (one.position, one.id))]
    texts = "".join(part for step, details in said for part in (step.milestone, step.title, details))
    begin(pdf, "Plan", at, texts + name + email)
    done = progress(steps)
    line(pdf, f"Mutual action plan, {INSIDE}", 9, QUIET)
    line(pdf, name, 18, after=4)
    line(pdf, f"{done.done} of {done.total} steps done", 10, after=6)
    titles = {step.id: step.title for step in steps if step.status is StepStatus.OPEN}
    milestone = None
    for step, details in said:
        if step.milestone != milestone:
            milestone = step.milestone
            heading(pdf, milestone or "Steps")
        line(pdf, step.title, 10, after=0)
        waits = [titles[one] for one in step.after if one in titles]
        line(pdf, " · ".join([details, *(f"waits for {title}" for title in waits)]), 8, QUIET, after=5)
    return bytes(pdf.output())


def _said(step: Step) -> str:
    side = "the partner" if step.owner_side is Side.PARTNER else "us"
    said = [
        "done" if step.status is StepStatus.DONE else "open",
        f"{step.owner_name} ({side})" if step.owner_name else side,
        f"due {step.due.isoformat()}" if step.due else "",
        "" if step.required else "optional",
        "only your team sees it" if step.audience is Audience.TEAM else "",
        *(f"evidence: {one.label}" for one in step.evidence),
    ]
    return " · ".join(filter(None, said))
