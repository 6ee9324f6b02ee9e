"""Changing the steps of the mutual action plan."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import WITH_VIEWER, Command, CommandResult, Context
from app.commands.plan_changes import holder, require_seen, save, settle, spread, step_of
from app.commands.plan_state import today
from app.domain.actor import Side
from app.domain.partner import Partner
from app.domain.plan import ROLES, OwnerRole, Step, StepStatus
from app.domain.plan_calendar import FARTHEST
from app.domain.plan_dates import Anchor, read_rule
from app.domain.plan_graph import require_sound
from app.domain.thread import Audience, clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import partner as partners
from app.storage import plan as steps

DEFAULT_MILESTONE = "Next steps"

FIXED, NOTHING = "fixed", "nothing"
"""What a form sends for a date that is counted from nothing, and for a step that waits for none."""


class PlanningSchema(Schema):
    """How the date is found, what the step waits for, who owns it, and whether it is needed."""

    due_from = fields.String(validate=validate.Length(max=200))
    due_days = fields.Integer(validate=validate.Range(-FARTHEST, FARTHEST))
    due_unit = fields.String(validate=validate.OneOf(["b", "d"]))
    after = fields.String(validate=validate.Length(max=2_000))
    need = fields.String(validate=validate.OneOf(["required", "optional"]))
    owner_role = fields.String(validate=validate.OneOf([str(role) for role in OwnerRole]))


class AddSchema(PlanningSchema):
    partner_id = fields.String(load_default="")
    milestone = fields.String(load_default=DEFAULT_MILESTONE)
    title = fields.String(required=True, error_messages={"required": "Say what is to be done."})
    owner_side = fields.String(load_default="partner", validate=validate.OneOf([str(s) for s in Side]))
    owner_email = fields.String(load_default="", validate=validate.Length(max=320))
    due = fields.Date(load_default=None)
    audience = fields.String(load_default="partner", validate=validate.OneOf([str(a) for a in Audience]))


class EditSchema(PlanningSchema):
    step_id = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.String()
    due = fields.Date()
    owner_side = fields.String(validate=validate.OneOf([str(s) for s in Side]))


class StepSchema(Schema):
    step_id = fields.String(required=True)


def add_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step stands at the end of its milestone."""
    partner = context.partner_on_record(data["partner_id"])
    _not_past(data["due"], today(context))
    side, email = Side(data["owner_side"]), data["owner_email"].strip().lower()
    step = Step(
        id=new_id(),
        partner_id=partner.id,
        milestone=clean_line(data["milestone"], field="milestone"),
        title=clean_line(data["title"]),
        owner_side=side,
        owner_email=email,
        owner_name=_owner_name(context, side, partner.id, partner.name, email),
        due=data["due"],
        audience=Audience(data["audience"]),
        position=steps.next_position(context.connection, context.tenant.id, context.key, partner.id),
        baseline=data["due"],
        plan_start=today(context),
    )
    changes = _planning(step, data)
    if "owner_role" in data:
        changes |= _owned(context, partner, side, OwnerRole(data["owner_role"]))
    step = replace(step, **changes)
    _require_sound(context, step)
    steps.add(context.connection, context.tenant.id, context.key, step)
    spread(context, step)
    settle(context, partner.id)
    return CommandResult(result={"step_id": step.id}, message=f"Added “{step.title}” to the plan.")


def edit_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step holds the new values, unless somebody changed it since the version that the editor saw. A date set by
    hand no longer moves with anything."""
    step = step_of(context, data["step_id"])
    require_seen(step, data["version"])
    changes: dict[str, Any] = {}
    if "title" in data:
        changes["title"] = clean_line(data["title"])
    if "due" in data:
        if data["due"] != step.due:
            _not_past(data["due"], today(context))
            changes |= {"rule": "", "proposal": None}  # whoever asked for another day has their answer
        changes["due"] = data["due"]
    changes |= _planning(step, data)
    side = Side(data.get("owner_side", step.owner_side))
    role = OwnerRole(data.get("owner_role", step.owner_role))
    if (side, role) != (step.owner_side, step.owner_role):
        partner = context.partner_on_record(step.partner_id)
        changes |= _owned(context, partner, side, role if role in ROLES[side] else OwnerRole.PERSON)
    _require_sound(context, replace(step, **changes))
    save(context, step, changes)
    settle(context, step.partner_id)
    return CommandResult(result={"step_id": step.id}, message="Saved.")


def complete_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step is done; completing it again changes nothing."""
    step = step_of(context, data["step_id"])
    if step.status is not StepStatus.DONE:
        done = {"status": StepStatus.DONE, "done_at": context.now, "done_by": context.actor.name}
        save(context, step, done)
        settle(context, step.partner_id)
    return CommandResult(result={"step_id": step.id}, message=f"“{step.title}” is done.")


def reopen_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step is open; reopening it again changes nothing."""
    step = step_of(context, data["step_id"])
    if step.status is not StepStatus.OPEN:
        save(context, step, {"status": StepStatus.OPEN, "done_at": None, "done_by": ""})
        settle(context, step.partner_id)
    return CommandResult(result={"step_id": step.id}, message=f"“{step.title}” is open again.")


def drop_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step is no longer needed and counts for nothing; opening it again brings it back. What is done stays."""
    step = step_of(context, data["step_id"])
    if step.status is StepStatus.DONE:
        raise AppError(Reason.STATE_CONFLICT, "This step is done. What is done stays in the plan.")
    if step.status is not StepStatus.DROPPED:
        save(context, step, {"status": StepStatus.DROPPED})
        settle(context, step.partner_id)
    return CommandResult(result={"step_id": step.id}, message=f"“{step.title}” is no longer needed.")


def _planning(step: Step, data: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "due_from" in data:
        changes["rule"] = _rule(data, step.rule)
        if changes["rule"] == step.rule:
            del changes["rule"]
        elif changes["rule"].startswith(Anchor.STAGE):
            changes["due"] = None  # dated when the record comes there
    if "after" in data:
        named = [] if data["after"] == NOTHING else data["after"].split(",")
        changes["after"] = tuple(dict.fromkeys(one.strip() for one in named if one.strip()))
    if "need" in data:
        changes["required"] = data["need"] == "required"
    return changes


def _rule(data: Mapping[str, Any], held: str) -> str:
    """The rule that a form describes. Days and unit that it does not name are those held."""
    if data["due_from"] == FIXED:
        return ""
    old = read_rule(held)
    days = data.get("due_days", old.days if old else 0)
    unit = data.get("due_unit", "b" if old is None or old.business else "d")
    rule = read_rule(f"{data['due_from']}{days:+d}{unit}")
    return rule.to_text() if rule else ""


def _require_sound(context: Context, step: Step) -> None:
    others = steps.of_partner(context.connection, context.tenant.id, context.key, step.partner_id)
    require_sound(others, step)


def _owned(context: Context, partner: Partner, side: Side, role: OwnerRole) -> dict[str, Any]:
    if role not in ROLES[side]:
        raise AppError(Reason.INVALID, "Nobody on this side holds that role.", field="owner_role")
    if role is OwnerRole.PERSON:
        name, email = _owner_name(context, side, partner.id, partner.name, ""), ""
    else:
        name, email = holder(context, side, role, partner)
    return {"owner_side": side, "owner_role": role, "owner_email": email, "owner_name": name}


def _not_past(due: date | None, day: date) -> None:
    if due is not None and due < day:
        raise AppError(Reason.IN_THE_PAST, "This due date has passed. Choose today or later.", field="due")


def _owner_name(context: Context, side: Side, partner_id: str, partner_name: str, email: str) -> str:
    if side is Side.US:
        return context.actor.name if not email or email == context.actor.email else email
    contact = (
        partners.contact_by_email(context.connection, context.tenant.id, partner_id, email) if email else None
    )
    return contact.name if contact else partner_name


COMMANDS = (
    Command(name="plan.add_step", schema=AddSchema, run=add_step),
    Command(name="plan.edit_step", schema=EditSchema, run=edit_step),
    Command(name="plan.complete_step", schema=StepSchema, run=complete_step, actors=WITH_VIEWER),
    Command(name="plan.reopen_step", schema=StepSchema, run=reopen_step, actors=WITH_VIEWER),
    Command(name="plan.drop_step", schema=StepSchema, run=drop_step),
)
