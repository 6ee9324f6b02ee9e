"""What one may do with a plan: its steps' buttons and forms, and how it starts."""

from collections.abc import Iterator, Sequence
from datetime import date

from app.domain.actor import Side
from app.domain.link import FileState
from app.domain.plan import ROLES, Step, StepStatus
from app.domain.plan_dates import Anchor, read_rule
from app.domain.plan_words import ROLE_LABELS
from app.domain.thread import MESSAGE_LIMIT, Audience
from cards import words
from cards.blocks import Action, Actions, Block, FieldType, Form, FormField, List, ListItem, Style
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import NAME_LIMIT

FIXED, NOTHING = "fixed", "nothing"
"""What the form sends for a date that is counted from nothing, and for a step that waits for none."""

FARTHEST = "1000"


def step_actions(step: Step) -> tuple[Action, ...]:
    fields = {"step_id": step.id}
    shown = tuple(
        Action(label=f"Evidence: {one.label}", href=one.url, style=Style.LINK, hint=step.title)
        for one in step.evidence
        if one.url
    )
    if step.status is StepStatus.DONE:
        reopen = Action(
            label="Reopen", command="plan.reopen_step", fields=fields, style=Style.LINK, hint=step.title
        )
        return (reopen, *shown)
    complete = Action(
        label="Complete",
        command="plan.complete_step",
        fields=fields,
        hint=step.title,
        undo="plan.reopen_step",
    )
    drop = Action(
        label="Not needed",
        command="plan.drop_step",
        fields=fields,
        hint=step.title,
        style=Style.LINK,
        undo="plan.reopen_step",
    )
    return (complete, drop, *shown)


def edit_form(facts: RecordFacts, known: PartnerFacts, step: Step) -> Form:
    return Form(
        id=f"edit-{step.id}",
        title="Edit",
        command="plan.edit_step",
        submit="Save",
        folded=True,
        fixed={"step_id": step.id, "version": str(step.version)},
        fields=(
            FormField(name="title", label="Step", value=step.title, required=True, max_length=NAME_LIMIT),
            *_date_fields(facts, known, step),
            _after_field(known, step),
            side_field(step.owner_side),
            _role_field(step),
            FormField(
                name="need",
                label="Needed",
                type=FieldType.SELECT,
                value="required" if step.required else "optional",
                options=(("required", "Required"), ("optional", "Optional")),
            ),
        ),
    )


def _date_fields(facts: RecordFacts, known: PartnerFacts, step: Step) -> tuple[FormField, ...]:
    """The day itself, or what it is counted from."""
    rule = read_rule(step.rule)
    source = FIXED
    if rule is not None:
        source = f"{rule.anchor}:{rule.ref}" if rule.ref else str(rule.anchor)
    return (
        FormField(
            name="due", label="Due", type=FieldType.DATE, value=step.due.isoformat() if step.due else ""
        ),
        FormField(
            name="due_from",
            label="Date counts from",
            type=FieldType.SELECT,
            value=source,
            options=_sources(facts, known, step),
            help="A date that you set by hand no longer moves with anything.",
        ),
        FormField(
            name="due_days",
            label="Days after it",
            type=FieldType.NUMBER,
            value=str(rule.days) if rule else "",
            min=f"-{FARTHEST}",
            help="Less than nought is before it.",
        ),
        FormField(
            name="due_unit",
            label="Days are",
            type=FieldType.SELECT,
            value="b" if rule is None or rule.business else "d",
            options=(("b", "Business days of both firms"), ("d", "Calendar days")),
        ),
    )


def _sources(facts: RecordFacts, known: PartnerFacts, step: Step) -> tuple[tuple[str, str], ...]:
    others = [one for one in known.plan if one.id != step.id and _may_follow(step, one)]
    return (
        (FIXED, "A fixed date"),
        (str(Anchor.START), "The start of the plan"),
        (str(Anchor.CLOSE), "The close date"),
        *((f"{Anchor.STAGE}:{value}", f"Entering the stage {label}") for value, label in facts.stage_values),
        *((f"{Anchor.STEP}:{one.id}", f"“{one.title}” is done") for one in others),
    )


def _may_follow(step: Step, other: Step) -> bool:
    """What the partner sees may not hang on what it does not see."""
    return step.audience is Audience.TEAM or other.audience is Audience.PARTNER


def _after_field(known: PartnerFacts, step: Step) -> FormField:
    titles = {one.id: one.title for one in known.plan}
    held = ",".join(one for one in step.after if one in titles) or NOTHING
    several = [(held, " and ".join(f"“{titles[one]}”" for one in held.split(",")))] if "," in held else []
    return FormField(
        name="after",
        label="Waits for",
        type=FieldType.SELECT,
        value=held,
        options=(
            (NOTHING, "No other step"),
            *several,
            *(
                (one.id, f"“{one.title}”")
                for one in known.plan
                if one.id != step.id and _may_follow(step, one)
            ),
        ),
    )


def _role_field(step: Step) -> FormField:
    roles = dict.fromkeys((*ROLES[Side.PARTNER], *ROLES[Side.US]))
    return FormField(
        name="owner_role",
        label="Owner",
        type=FieldType.SELECT,
        value=str(step.owner_role),
        options=tuple((str(role), ROLE_LABELS[role]) for role in roles),
    )


def side_field(chosen_side: Side) -> FormField:
    return FormField(
        name="owner_side",
        label="Who does it",
        type=FieldType.CHOICE,
        value=chosen_side.value,
        required=True,
        options=((Side.PARTNER.value, "The partner"), (Side.US.value, "Us")),
    )


def add_form(
    facts: RecordFacts, known: PartnerFacts, titles: Sequence[str], current: str, today: date
) -> Form:
    owners = [(c.email, c.name) for c in facts.colleagues] + [(c.email, c.name) for c in known.contacts]
    return Form(
        id=f"add-step-{known.partner.id}",
        title="Add a step",
        command="plan.add_step",
        submit="Add step",
        folded=bool(known.plan),
        fixed={"partner_id": known.partner.id},
        fields=(
            FormField(name="title", label="Step", required=True, max_length=NAME_LIMIT),
            FormField(
                name="milestone",
                label="Milestone",
                value=current,
                required=True,
                max_length=NAME_LIMIT,
                options=tuple((title, title) for title in titles),
            ),
            side_field(Side.PARTNER),
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


def start_forms(facts: RecordFacts, known: PartnerFacts, today: date) -> Iterator[Form]:
    """Ways to begin: from a template that the plan does not run on yet, or from the plan of another deal."""
    running = {step.template_id for step in known.steps}
    offered = [one for one in facts.templates if one.id not in running]
    fixed = {"partner_id": known.partner.id}
    if offered:
        yield Form(
            id=f"template-{known.partner.id}",
            title="Start from a template",
            command="plan.apply_template",
            submit="Add its steps",
            folded=True,
            fixed=fixed,
            fields=(
                FormField(
                    name="template_id",
                    label="Template",
                    type=FieldType.SELECT,
                    required=True,
                    value=offered[0].id,
                    options=tuple((one.id, _offer(one.name, len(one.content.steps))) for one in offered),
                ),
                FormField(
                    name="start", label="The plan starts", type=FieldType.DATE, value=today.isoformat()
                ),
            ),
        )
    if known.plans_elsewhere and not known.plan:
        yield Form(
            id=f"copy-{known.partner.id}",
            title="Copy the plan of another deal",
            command="plan.copy",
            submit="Copy the plan",
            folded=True,
            fixed=fixed,
            note="Every step is open again, as far from this close date as it was from that one.",
            fields=(
                FormField(
                    name="from_deal",
                    label="Deal",
                    type=FieldType.SELECT,
                    required=True,
                    value=known.plans_elsewhere[0][0],
                    options=known.plans_elsewhere,
                ),
            ),
        )


def take_back(facts: RecordFacts, known: PartnerFacts, today: date) -> Iterator[Block]:
    """On the day on which a template was applied, and while nobody has worked on its steps, it can be taken back."""
    names = {one.id: one.name for one in facts.templates}
    for template_id in dict.fromkeys(step.template_id for step in known.plan if step.template_id in names):
        mine = [step for step in known.steps if step.template_id == template_id]
        if facts.may_write and all(s.is_untouched and s.plan_start == today for s in mine):
            count = words.count(len(mine), "step")
            fields = {"partner_id": known.partner.id, "template_id": template_id}
            back = Action(
                label=f"Take back “{names[template_id]}”",
                command="plan.take_back_template",
                fields=fields,
                style=Style.LINK,
                confirm=f"Set aside the {count} that this template added?",
            )
            yield Actions(items=(back,))


def take_back_whole(facts: RecordFacts, known: PartnerFacts, today: date) -> Iterator[Block]:
    """On the day of an upgrade or a copy, and while nobody has worked on what it did, it can be taken back."""
    last = known.undo
    if last is None or not facts.may_write or words.local_day(last.at, facts.zone) != today:
        return
    if not last.is_open({step.id: step for step in known.steps}):
        return
    parts = [f"set aside {words.count(last.made, 'step')}"] if last.made else []
    parts += [f"put back {words.count(last.changed, 'step')}"] if last.changed else []
    back = Action(
        label=f"Take back {last.what.label}",
        command="plan.undo",
        fields={"partner_id": known.partner.id},
        style=Style.LINK,
        confirm=f"{words.sentence(' and '.join(parts) or 'take it back')}?",
    )
    yield Actions(items=(back,))


def talk_forms(known: PartnerFacts) -> Iterator[Form]:
    """What one may say of a step: a comment, and the evidence that it was done."""
    steps = tuple((step.id, step.title) for step in known.plan)
    if not steps:
        return
    chosen = next((s.id for s in known.plan if s.status is StepStatus.OPEN), steps[0][0])
    which = FormField(
        name="step_id", label="About", type=FieldType.SELECT, required=True, value=chosen, options=steps
    )
    yield Form(
        id=f"comment-{known.partner.id}",
        title="Comment on a step",
        command="plan.comment",
        submit="Post",
        folded=True,
        note=f"Joins the messages. {known.partner.name} sees it if it sees the step.",
        fields=(
            which,
            FormField(
                name="body", label="Comment", type=FieldType.TEXTAREA, required=True, max_length=MESSAGE_LIMIT
            ),
        ),
    )
    yield Form(
        id=f"evidence-{known.partner.id}",
        title="Add evidence",
        command="plan.add_evidence",
        submit="Add",
        folded=True,
        note="What shows that it was done: a link, a file of the room, or words. Whoever sees the step sees it.",
        fields=(
            which,
            FormField(name="url", label="Link", max_length=1_000, placeholder="https://"),
            *file_field([(one.id, one.name) for one in known.files if one.state is not FileState.GONE]),
            FormField(name="label", label="What it shows", max_length=NAME_LIMIT),
        ),
    )


def file_field(shared: Sequence[tuple[str, str]]) -> tuple[FormField, ...]:
    """A choice among the files that the partner can download; none where there is no file."""
    options = (("", "No file"), *shared)
    field = FormField(name="file_id", label="File in the room", type=FieldType.SELECT, options=options)
    return (field,) if shared else ()


def _offer(name: str, steps: int) -> str:
    return f"{name} ({words.count(steps, 'step')})"


def set_aside(steps: Sequence[Step], *, may_write: bool) -> Iterator[Block]:
    """The steps that are no longer needed, folded; each can be brought back."""
    gone = [step for step in steps if step.status is StepStatus.DROPPED]
    if gone:
        yield List(
            label=f"{words.count(len(gone), 'step')} no longer needed",
            folded=True,
            items=tuple(ListItem(text=step.title, actions=_bring_back(step, may_write)) for step in gone),
        )


def _bring_back(step: Step, may_write: bool) -> tuple[Action, ...]:
    fields = {"step_id": step.id}
    back = Action(
        label="Bring back", command="plan.reopen_step", fields=fields, style=Style.LINK, hint=step.title
    )
    return (back,) if may_write else ()
