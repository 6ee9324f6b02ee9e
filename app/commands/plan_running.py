"""A plan and its template: starting from one, moving to its newer version, and copying a plan to a renewal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import Command, CommandResult, Context
from app.commands.plan_changes import holder, save, settle, spread, tell_health
from app.commands.plan_state import anchors, calendar, today
from app.domain.actor import ActorKind
from app.domain.partner import Partner
from app.domain.plan import OwnerRole, Step, StepStatus, live
from app.domain.plan_dates import Anchor, close_day, resolve
from app.domain.plan_graph import require_sound
from app.domain.plan_template import Template, TemplateState, TemplateStep
from app.domain.plan_undo import Whole, undo_of
from app.domain.plan_upgrade import Upgrade, difference, with_ids
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import Delivery
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import plan as steps
from app.storage import plan_template as templates
from app.storage import plan_undo as undos
from app.storage import record as records


class ApplyTemplateSchema(Schema):
    partner_id = fields.String(load_default="")
    template_id = fields.String(required=True, error_messages={"required": "Choose a template."})
    start = fields.Date(load_default=None)


class TakeBackTemplateSchema(Schema):
    partner_id = fields.String(load_default="")
    template_id = fields.String(required=True)


class UpgradePlanSchema(Schema):
    """`from_version` and `to_version` are those whose difference the seller was shown."""

    partner_id = fields.String(load_default="")
    template_id = fields.String(required=True)
    from_version = fields.Integer(required=True)
    to_version = fields.Integer(required=True)


class CopyPlanSchema(Schema):
    partner_id = fields.String(load_default="")
    from_deal = fields.String(required=True, error_messages={"required": "Choose the deal to copy from."})


class ResolvePlanSchema(Schema):
    pass


def apply(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The template's steps stand behind those of the plan, dated from its start."""
    partner = context.partner_on_record(data["partner_id"])
    template = _published(context, data["template_id"])
    plan = _plan(context, partner.id)
    if any(step.template_id == template.id for step in plan):
        raise AppError(Reason.STATE_CONFLICT, f"This plan already runs on “{template.name}”.")
    start = data["start"] or today(context)
    made = _add(context, partner, template, template.content.steps, start)
    settle(context, partner.id)
    return CommandResult(
        result={"step_ids": ",".join(made)},
        message=f"Added {len(made)} steps of “{template.name}” to the plan.",
    )


def take_back(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The template's steps are set aside, as if it had not been applied: the plan may start from it again. Raises
    AppError once somebody has worked on one of them."""
    partner = context.partner_on_record(data["partner_id"])
    plan = _plan(context, partner.id)
    mine = [one for one in plan if data["template_id"] and one.template_id == data["template_id"]]
    if not mine:
        raise AppError(Reason.STATE_CONFLICT, "This plan does not run on that template.")
    if not all(step.is_untouched for step in mine):
        raise AppError(
            Reason.STATE_CONFLICT,
            "Somebody has worked on these steps since. Set aside the ones that you do not need.",
        )
    for step in mine:
        gone = {"status": StepStatus.DROPPED, "template_id": "", "template_version": 0, "key": ""}
        save(context, step, gone)
    settle(context, partner.id)
    return CommandResult(message=f"Took back {len(mine)} steps. They can be brought back one by one.")


def upgrade(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The plan runs on the newer version. Nothing that is done and nothing that people changed is lost."""
    partner = context.partner_on_record(data["partner_id"])
    template = _published(context, data["template_id"])
    mine = [step for step in _plan(context, partner.id) if step.template_id == template.id]
    running = max((step.template_version for step in mine), default=0)
    if (running, template.version) != (data["from_version"], data["to_version"]):
        raise AppError(
            Reason.EDIT_CONFLICT,
            "The plan or its template changed since you were shown the difference. Look again.",
        )
    old = templates.get(context.connection, context.tenant.id, template.id, running)
    if old is None or running >= template.version:
        raise AppError(Reason.STATE_CONFLICT, "This plan runs on the newest version already.")
    found = difference(old.content, template.content, mine)
    _carry_out(context, partner, template, mine, found)
    after = _plan(context, partner.id)
    for step in after:  # what people changed and what the template says now may not fit each other
        require_sound(after, step)
    settle(context, partner.id)
    _remember(context, partner, Whole.UPGRADE, template.name, mine, template.id)
    return CommandResult(
        result={"version": template.version},
        message=f"The plan runs on version {template.version} of “{template.name}” now: it {found.summary}.",
    )


def copy(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The plan of another deal of the same customer, open again and dated the same distance from this deal's close
    date. What was dropped there is left behind."""
    partner = context.partner_on_record(data["partner_id"])
    source = RecordKey(ObjectKind.DEAL, data["from_deal"])
    theirs = steps.of_partner(context.connection, context.tenant.id, source, partner.id)
    kept = [step for step in theirs if step.status is not StepStatus.DROPPED]
    record = records.get(context.connection, context.tenant.id, source)
    if not kept or record is None or record.company_id != context.company_id or source == context.key:
        raise AppError(Reason.NOT_FOUND, "There is no plan on that deal to copy.", field="from_deal")
    if live(_plan(context, partner.id)):
        raise AppError(Reason.STATE_CONFLICT, "This deal has a plan with this partner already.")
    now = anchors(context).close
    before = close_day(record.fields.get("close_date"))
    ids = {step.id: new_id() for step in kept}
    days = calendar(context.connection, context.tenant, partner.id)
    first = steps.next_position(context.connection, context.tenant.id, context.key, partner.id)
    for position, step in enumerate(kept, first):
        due = step.due - before + now if step.due and before and now else None
        due = days.next_work_day(max(due, today(context))) if due else None
        _write(context, _copied(context, partner, step, ids, due, position))
    settle(context, partner.id)
    _remember(context, partner, Whole.COPY, record.name)
    return CommandResult(message=f"Copied {len(kept)} steps from “{record.name}”.")


def resolve_again(context: Context, _: Mapping[str, Any]) -> CommandResult:
    """Every plan on the record fits the close date, stage and people that the CRM has now."""
    plans = {step.partner_id for step in steps.on_record(context.connection, context.tenant.id, context.key)}
    moved = sum(settle(context, partner_id) for partner_id in sorted(plans))
    return CommandResult(result={"moved": moved}, message="Saved.")


def _remember(
    context: Context,
    partner: Partner,
    what: Whole,
    name: str,
    before: Sequence[Step] = (),
    template_id: str = "",
) -> None:
    """So that `plan.undo` can take it back: the plan's steps as they are now, or those of one template."""
    plan = _plan(context, partner.id)
    after = [one for one in plan if one.template_id == template_id] if template_id else live(plan)
    undo = undo_of(what, name, context.now, list(before), list(after))
    undos.keep(context.connection, context.tenant.id, context.key, partner.id, undo)


def _copied(
    context: Context, partner: Partner, step: Step, ids: Mapping[str, str], due: date | None, position: int
) -> Step:
    name, email = step.owner_name, step.owner_email
    if step.owner_role is not OwnerRole.PERSON:
        name, email = holder(context, step.owner_side, step.owner_role, partner)
    return Step(
        id=ids[step.id],
        partner_id=partner.id,
        milestone=step.milestone,
        title=step.title,
        owner_side=step.owner_side,
        owner_role=step.owner_role,
        owner_name=name,
        owner_email=email,
        due=due,
        baseline=due,
        rule=with_ids(step.rule, ids),
        after=tuple(ids[one] for one in step.after if one in ids),
        required=step.required,
        audience=step.audience,
        position=position,
        key=step.key,
        template_id=step.template_id,
        template_version=step.template_version,
        plan_start=today(context),
        delivery=Delivery.SENT,
    )


def _carry_out(
    context: Context, partner: Partner, template: Template, mine: Sequence[Step], found: Upgrade
) -> None:
    start = min((step.plan_start for step in mine if step.plan_start), default=today(context))
    ids = {step.key: step.id for step in mine}
    ids |= {step.key: new_id() for step in found.added}
    values = {change.step.id: change.values for change in found.changed}
    gone = {step.id for step in found.removed}
    for step in mine:
        changes = _in_plan(context, partner, values.get(step.id, {}), ids)
        if step.id in gone:
            changes["status"] = StepStatus.DROPPED
        # What is neither changed nor set aside runs on the new version, too: the next upgrade starts from there.
        save(context, step, {**changes, "template_version": template.version})
    _add(context, partner, template, found.added, start, ids)


def _in_plan(
    context: Context, partner: Partner, values: Mapping[str, Any], ids: Mapping[str, str]
) -> dict[str, Any]:
    """A template's words for a step as the plan holds them."""
    changes = dict(values)
    if "owner" in changes:
        side, role = changes.pop("owner")
        name, email = holder(context, side, role, partner)
        changes |= {"owner_side": side, "owner_role": role, "owner_name": name, "owner_email": email}
    if "rule" in changes:
        changes["rule"] = with_ids(changes["rule"], ids)
        if changes["rule"].startswith(Anchor.STAGE):
            changes["due"] = None  # dated when the record comes there
    if "after" in changes:
        changes["after"] = tuple(ids[key] for key in sorted(changes["after"]) if key in ids)
    return changes


def _add(
    context: Context,
    partner: Partner,
    template: Template,
    wanted: Iterable[TemplateStep],
    start: date,
    ids: Mapping[str, str] | None = None,
) -> list[str]:
    """Adds these steps at the end of the plan, dated together, so that the day agreed on is the first one known."""
    wanted = list(wanted)
    ids = ids or {step.key: new_id() for step in wanted}
    first = steps.next_position(context.connection, context.tenant.id, context.key, partner.id)
    made = [_made(context, partner, template, step, ids, start) for step in wanted]
    others = _plan(context, partner.id)
    days = calendar(context.connection, context.tenant, partner.id)
    dates = resolve([*others, *made], anchors(context), days)
    for position, step in enumerate(made, first):
        due = dates.get(step.id)
        _write(context, replace(step, due=due, baseline=due, position=position))
    tell_health(context)
    return [step.id for step in made]


def _made(
    context: Context,
    partner: Partner,
    template: Template,
    step: TemplateStep,
    ids: Mapping[str, str],
    start: date,
) -> Step:
    name, email = holder(context, step.side, step.role, partner)
    return Step(
        id=ids[step.key],
        partner_id=partner.id,
        milestone=step.milestone,
        title=step.title,
        owner_side=step.side,
        owner_role=step.role,
        owner_name=name,
        owner_email=email,
        rule=with_ids(step.rule, ids),
        after=tuple(ids[key] for key in step.after),
        required=step.required,
        audience=step.audience,
        key=step.key,
        template_id=template.id,
        template_version=template.version,
        plan_start=start,
    )


def _write(context: Context, step: Step) -> None:
    steps.add(context.connection, context.tenant.id, context.key, step)
    spread(context, step)


def _plan(context: Context, partner_id: str) -> list[Step]:
    return steps.of_partner(context.connection, context.tenant.id, context.key, partner_id)


def _published(context: Context, template_id: str) -> Template:
    for found in templates.versions(context.connection, context.tenant.id, template_id):
        if found.state is TemplateState.PUBLISHED:
            return found
    raise AppError(Reason.NOT_FOUND, "There is no such template to start from.", field="template_id")


COMMANDS = (
    Command(name="plan.apply_template", schema=ApplyTemplateSchema, run=apply),
    Command(name="plan.take_back_template", schema=TakeBackTemplateSchema, run=take_back),
    Command(name="plan.upgrade", schema=UpgradePlanSchema, run=upgrade),
    Command(name="plan.copy", schema=CopyPlanSchema, run=copy),
    Command(
        name="plan.resolve", schema=ResolvePlanSchema, run=resolve_again, actors=frozenset({ActorKind.SYSTEM})
    ),
)
