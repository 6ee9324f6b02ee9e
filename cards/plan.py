"""The mutual action plan with one partner: milestones, steps in words, what it means for the close date."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from app.domain.actor import Side
from app.domain.plan import Step, StepStatus, forecast, progress
from app.domain.thread import Audience
from app.ground.clock import from_millis
from cards import words
from cards.blocks import (
    Action,
    Block,
    Card,
    Empty,
    FieldType,
    Form,
    FormField,
    Milestone,
    Progress,
    StageState,
    Status,
    StepItem,
    Steps,
    Style,
    Tone,
)
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import (
    NAME_LIMIT,
    chosen,
    deal_rows,
    deal_works,
    frame,
    no_partner,
    other_partners,
    partner_heading,
    retry,
)
from cards.overview import waiting_line
from cards.timeline import timeline

UNSORTED = "Steps"
"""What steps without a milestone stand under."""


def build(facts: RecordFacts, now: datetime) -> Card:
    """The plan with the chosen partner; other partners' plans as rows that lead to theirs."""
    known, others = chosen(facts)
    works = deal_works(facts)
    if known is None and not works:
        reason = "Once a partner is here, you can agree on who does what by when."
        return frame("plan", "Plan", no_partner(facts, reason), facts, now)
    return frame(
        "plan",
        "Plan",
        (
            *(_plan(facts, known, now) if known else ()),
            *other_partners("plan", others, [_state(facts, other, now) for other in others]),
            *deal_rows(works, [_state(facts, on_deal, now) for _, on_deal in works], "On deals"),
        ),
        facts,
        now,
    )


def _state(facts: RecordFacts, known: PartnerFacts, now: datetime) -> str:
    if not known.steps:
        return "No steps yet"
    waiting = waiting_line(facts, known, now)
    return " · ".join(filter(None, (done_line(known.steps), waiting)))


def done_line(steps: Sequence[Step]) -> str:
    count = progress(steps)
    return f"{count.done} of {words.count(count.total, 'step')} done"


def _plan(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    today = facts.today(now)
    yield partner_heading(known)
    if not known.steps:
        yield Empty(
            title="No steps yet",
            text=f"Add the first step. {known.partner.name} sees the steps that you share with them.",
        )
    else:
        milestones = group(known.steps)
        if any(step.status is StepStatus.OPEN for step in known.steps):
            yield forecast_line(facts, known.steps, today)
        yield Progress(
            label="Progress",
            percent=progress(known.steps).percent,
            detail=done_line(known.steps),
            stages=stages(milestones),
        )
        yield Steps(label=f"Plan with {known.partner.name}", milestones=_milestones(facts, milestones, today))
        picture = timeline(milestones, close_date(facts), today, facts.locale)
        if picture:
            yield picture
    if facts.may_write:
        yield _add_form(facts, known, today)


def close_date(facts: RecordFacts) -> date | None:
    """The deal's close date as the CRM writes it: an ISO date or time, or milliseconds since 1970."""
    text = facts.record.fields.get("close_date") or ""
    try:
        return (
            from_millis(int(text)).astimezone(UTC).date()
            if text.isdecimal()
            else date.fromisoformat(text[:10])
        )
    except (ValueError, OverflowError, OSError):
        return None


def forecast_line(facts: RecordFacts, steps: Sequence[Step], today: date) -> Status:
    """Whether the plan carries the close date: "On track for 12 Dec", "Slips to 19 Dec because …"."""
    close = close_date(facts)
    if close is None:
        return Status(text=f"This {facts.noun} has no close date, so the plan has no forecast.")
    expected, late = forecast(steps, close, today)
    said = words.day(close, today, facts.locale)
    title = words.full_day(expected or close, facts.locale)
    if late is not None and late.due is not None and expected is not None:
        slips = words.day(expected, today, facts.locale)
        delay = words.due(late.due, today, facts.locale)
        return Status(
            text=f"Slips to {slips} because “{late.title}” is {delay}",
            detail=f"Close date {said}",
            tone=Tone.WARNING,
            title=title,
        )
    if close < today:
        return Status(text=f"The close date, {said}, has passed", tone=Tone.WARNING, title=title)
    return Status(text=f"On track for {said}", tone=Tone.SUCCESS, title=title)


def group(steps: Sequence[Step]) -> list[tuple[str, list[Step]]]:
    """The steps by milestone, both in the order of the plan."""
    found: dict[str, list[Step]] = {}
    for step in sorted(steps, key=lambda s: (s.position, s.id)):
        found.setdefault(step.milestone or UNSORTED, []).append(step)
    return list(found.items())


def stages(milestones: Sequence[tuple[str, Sequence[Step]]]) -> tuple[tuple[str, StageState], ...]:
    """Each milestone as done, current (the first that is not done) or ahead."""
    done = [all(s.status is StepStatus.DONE for s in steps) for _, steps in milestones]
    current = done.index(False) if False in done else len(done)
    return tuple(
        (title, "done" if done[i] else "current" if i == current else "ahead")
        for i, (title, _) in enumerate(milestones)
    )


def _milestones(
    facts: RecordFacts, milestones: Sequence[tuple[str, Sequence[Step]]], today: date
) -> tuple[Milestone, ...]:
    return tuple(
        Milestone(title=title, state=state, steps=tuple(_step(facts, step, today) for step in steps))
        for (title, state), (_, steps) in zip(stages(milestones), milestones, strict=True)
    )


def _step(facts: RecordFacts, step: Step, today: date) -> StepItem:
    write = facts.rejection_of(step.id)
    reason = step.refusal or (write.reason if write else "")
    open_ = step.status is StepStatus.OPEN
    when, full = _when(facts, step, today)
    return StepItem(
        id=step.id,
        title=step.title,
        state="done" if not open_ else "late" if step.is_late(today) else "open",
        owner=step.owner_name or _side_name(facts, step),
        side=step.owner_side.value,
        due=step.due.isoformat() if step.due else "",
        when=when,
        full=full,
        note=f"Done by {step.done_by}" if step.done_by and not open_ else "",
        audience=step.audience.value,
        refusal=f"{facts.crm_name} refused the task: “{reason}” Your step is saved here." if reason else "",
        actions=_step_actions(step) + ((retry(write),) if write else ()) if facts.may_write else (),
        edit=_edit_form(step) if facts.may_write and open_ else None,
    )


def _when(facts: RecordFacts, step: Step, today: date) -> tuple[str, str]:
    """The day that counts, in words and in full: when it was done, or when it is due."""
    if step.status is StepStatus.DONE:
        if step.done_at is None:
            return "", ""
        done = words.local_day(step.done_at, facts.zone)
        return words.day(done, today, facts.locale), words.full_day(done, facts.locale)
    if step.due is None:
        return "", ""
    return words.due(step.due, today, facts.locale), words.full_day(step.due, facts.locale)


def _side_name(facts: RecordFacts, step: Step) -> str:
    return facts.partner_name(step.partner_id) if step.owner_side is Side.PARTNER else "Us"


def _step_actions(step: Step) -> tuple[Action, ...]:
    fields = {"step_id": step.id}
    if step.status is StepStatus.DONE:
        reopen = Action(
            label="Reopen", command="plan.reopen_step", fields=fields, style=Style.LINK, hint=step.title
        )
        return (reopen,)
    complete = Action(
        label="Complete",
        command="plan.complete_step",
        fields=fields,
        hint=step.title,
        undo="plan.reopen_step",
    )
    return (complete,)


def _edit_form(step: Step) -> Form:
    return Form(
        id=f"edit-{step.id}",
        title="Edit",
        command="plan.edit_step",
        submit="Save",
        folded=True,
        fixed={"step_id": step.id, "version": str(step.version)},
        fields=(
            FormField(name="title", label="Step", value=step.title, required=True, max_length=NAME_LIMIT),
            FormField(
                name="due", label="Due", type=FieldType.DATE, value=step.due.isoformat() if step.due else ""
            ),
            _side_field(step.owner_side),
        ),
    )


def _side_field(chosen_side: Side) -> FormField:
    return FormField(
        name="owner_side",
        label="Who does it",
        type=FieldType.CHOICE,
        value=chosen_side.value,
        required=True,
        options=((Side.PARTNER.value, "The partner"), (Side.US.value, "Us")),
    )


def _add_form(facts: RecordFacts, known: PartnerFacts, today: date) -> Form:
    titles = [title for title, _ in group(known.steps)]
    first_open = next((t for t, state in stages(group(known.steps)) if state == "current"), "")
    owners = [(c.email, c.name) for c in facts.colleagues] + [(c.email, c.name) for c in known.contacts]
    return Form(
        id=f"add-step-{known.partner.id}",
        title="Add a step",
        command="plan.add_step",
        submit="Add step",
        folded=bool(known.steps),
        fixed={"partner_id": known.partner.id},
        fields=(
            FormField(name="title", label="Step", required=True, max_length=NAME_LIMIT),
            FormField(
                name="milestone",
                label="Milestone",
                value=first_open,
                required=True,
                max_length=NAME_LIMIT,
                options=tuple((title, title) for title in titles),
            ),
            _side_field(Side.PARTNER),
            *(
                (
                    FormField(
                        name="owner_email",
                        label="Owner",
                        type=FieldType.SELECT,
                        options=(("", "Nobody yet"), *owners),
                    ),
                )
                if owners
                else ()
            ),
            FormField(name="due", label="Due", type=FieldType.DATE, min=today.isoformat()),
            FormField(
                name="audience",
                label="Who sees it",
                type=FieldType.CHOICE,
                value=Audience.PARTNER.value,
                options=(
                    (Audience.PARTNER.value, f"{known.partner.name} and us"),
                    (Audience.TEAM.value, "Only your team"),
                ),
            ),
        ),
    )
