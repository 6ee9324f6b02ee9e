"""The mutual action plan with one partner: milestones, steps in words, what it means for the close date."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from app.domain.actor import Side
from app.domain.certification import lapses_before
from app.domain.plan import Step, StepStatus, progress
from app.domain.plan_dates import Anchor, close_day, read_rule
from app.domain.plan_forecast import health
from app.domain.plan_words import due_words
from cards import words
from cards.blocks import (
    Action,
    Actions,
    Block,
    Card,
    Empty,
    Milestone,
    Progress,
    StageState,
    StepItem,
    Steps,
    Style,
)
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import (
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
from cards.plan_asked import proposals
from cards.plan_forecast import chain_line, drift_line, forecast_line, upgrade_blocks
from cards.plan_forms import (
    add_form,
    edit_form,
    set_aside,
    start_forms,
    step_actions,
    take_back,
    take_back_whole,
    talk_forms,
)
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
    if not known.plan:
        return "No steps yet"
    waiting = waiting_line(facts, known, now)
    return " · ".join(filter(None, (done_line(known.plan), waiting)))


def done_line(steps: Sequence[Step]) -> str:
    count = progress(steps)
    return f"{count.done} of {words.count(count.total, 'step')} done"


def _plan(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    today = facts.today(now)
    yield partner_heading(known)
    if not known.plan:
        yield Empty(
            title="No steps yet",
            text=f"Add the first step. {known.partner.name} sees the steps that you share with them.",
        )
    else:
        yield from _running(facts, known, today)
    yield from set_aside(known.steps, may_write=facts.may_write)
    if facts.may_write:
        yield from start_forms(facts, known, today)
        titles = [title for title, _ in group(known.plan)]
        current = next((t for t, state in stages(group(known.plan)) if state == "current"), "")
        yield add_form(facts, known, titles, current, today)
        yield from talk_forms(known)


def _running(facts: RecordFacts, known: PartnerFacts, today: date) -> Iterator[Block]:
    plan, milestones, days = known.plan, group(known.plan), facts.calendar(known.partner)
    close = close_day(facts.record.fields.get("close_date"))
    yield from proposals(facts, known, today)
    yield from upgrade_blocks(known, may_write=facts.may_write)
    yield from take_back(facts, known, today)
    yield from take_back_whole(facts, known, today)
    if any(step.status is StepStatus.OPEN for step in plan):
        yield forecast_line(plan, close, today, facts.locale, noun=facts.noun, calendar=days)
        yield from chain_line(plan, today, days)
    yield from drift_line(plan, today, facts.locale)
    yield Progress(
        label="Progress",
        percent=progress(plan).percent,
        detail=_detail(facts, plan, close, today),
        stages=stages(milestones),
    )
    yield Steps(
        label=f"Plan with {known.partner.name}", milestones=_milestones(facts, known, milestones, today)
    )
    picture = timeline(milestones, close, today, facts.locale)
    if picture:
        yield picture
    if known.calendar_url:
        calendar = Action(label="Dates for your calendar", href=known.calendar_url, style=Style.LINK)
        paper = Action(label="Plan as PDF", href=known.pdf_url, style=Style.LINK)
        dated = any(step.due for step in plan)
        yield Actions(items=(calendar, paper) if dated else (paper,))


def _detail(facts: RecordFacts, plan: Sequence[Step], close: date | None, today: date) -> str:
    kept = health(plan, close, today, facts.zone).on_time
    return done_line(plan) + (f" · {kept}% on time" if kept is not None else "")


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
    facts: RecordFacts,
    known: PartnerFacts,
    milestones: Sequence[tuple[str, Sequence[Step]]],
    today: date,
) -> tuple[Milestone, ...]:
    return tuple(
        Milestone(title=title, state=state, steps=tuple(_step(facts, known, step, today) for step in steps))
        for (title, state), (_, steps) in zip(stages(milestones), milestones, strict=True)
    )


def _step(facts: RecordFacts, known: PartnerFacts, step: Step, today: date) -> StepItem:
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
        note=_note(facts, known, step, today),
        audience=step.audience.value,
        refusal=f"{facts.crm_name} refused the task: “{reason}” Your step is saved here." if reason else "",
        actions=step_actions(step) + ((retry(write),) if write else ()) if facts.may_write else (),
        edit=edit_form(facts, known, step) if facts.may_write and open_ else None,
    )


def _note(facts: RecordFacts, known: PartnerFacts, step: Step, today: date) -> str:
    """Who did it; of an open step what it waits for, how its date is found, and what was agreed on first."""
    if step.status is StepStatus.DONE:
        return f"Done by {step.done_by}" if step.done_by else ""
    titles = {one.id: one.title for one in known.plan if one.status is StepStatus.OPEN}
    shown = [one.label for one in step.evidence if not one.url]
    waits = [f"“{titles[one]}”" for one in step.after if one in titles]
    said = [
        certificate_warning(facts, known, step, today),
        "" if step.required else "Optional",
        f"Waits for {words.listing(waits, facts.locale)}" if waits else "",
        words.sentence(due_words(step.rule, _ref(facts, known, step))),
    ]
    if step.baseline and step.due and step.baseline != step.due:
        said.append(f"Agreed for {words.day(step.baseline, today, facts.locale)}")
    said.append(f"Evidence: {words.listing(shown, facts.locale)}" if shown else "")
    return " · ".join(filter(None, said))


def _ref(facts: RecordFacts, known: PartnerFacts, step: Step) -> str:
    """What the stage or step that the date counts from is called."""
    rule = read_rule(step.rule)
    if rule is None:
        return ""
    if rule.anchor is Anchor.STAGE:
        return next((label for value, label in facts.stage_values if value == rule.ref), rule.ref)
    return next((f"“{one.title}”" for one in known.steps if one.id == rule.ref), "another step")


def certificate_warning(facts: RecordFacts, known: PartnerFacts, step: Step, today: date) -> str:
    """Says that the owner's certificate lapses before the step is due; empty where it does not."""
    if step.owner_side is not Side.PARTNER:
        return ""
    first = lapses_before(known.certifications, step.owner_name, step.owner_email, step.due, today)
    if first is None or first.expires is None:
        return ""
    day = words.day(first.expires, today, facts.locale)
    return f"{first.person}’s certification {first.name} lapses {day}, before this is due"


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
