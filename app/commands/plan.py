"""Changing the mutual action plan."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import WITH_VIEWER, Command, CommandResult, Context
from app.crm.port import Owner
from app.domain.actor import ActorKind, Side
from app.domain.plan import Step, StepStatus
from app.domain.record import CrmKind
from app.domain.step_merge import EVERYWHERE, Merged, Seen, Values, merge
from app.domain.thread import Audience, Delivery, clean_line
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import tenant as tenants
from app.storage.outbox import OutboxKind

DEFAULT_MILESTONE = "Next steps"


class AddSchema(Schema):
    partner_id = fields.String(load_default="")
    milestone = fields.String(load_default=DEFAULT_MILESTONE)
    title = fields.String(required=True, error_messages={"required": "Say what is to be done."})
    owner_side = fields.String(load_default="partner", validate=validate.OneOf([str(s) for s in Side]))
    owner_email = fields.String(load_default="", validate=validate.Length(max=320))
    due = fields.Date(load_default=None)
    audience = fields.String(load_default="partner", validate=validate.OneOf([str(a) for a in Audience]))


class EditSchema(Schema):
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
    _not_past(data["due"], context.now.date())
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
    )
    steps.add(context.connection, context.tenant.id, context.key, step)
    _spread(context, step)
    return CommandResult(result={"step_id": step.id}, message=f"Added “{step.title}” to the plan.")


def edit_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step holds the new values, unless somebody changed it since the version that the editor saw."""
    step = _step(context, data["step_id"])
    if step.version != data["version"]:
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else changed this step meanwhile. Look again, then edit it."
        )
    changes: dict[str, Any] = {}
    if "title" in data:
        changes["title"] = clean_line(data["title"])
    if "due" in data:
        if data["due"] != step.due:
            _not_past(data["due"], context.now.date())
        changes["due"] = data["due"]
    if "owner_side" in data and Side(data["owner_side"]) is not step.owner_side:
        side = Side(data["owner_side"])
        partner = context.partner_on_record(step.partner_id)
        changes |= {
            "owner_side": side,
            "owner_email": "",
            "owner_name": _owner_name(context, side, partner.id, partner.name, ""),
        }
    _save(context, step, changes)
    return CommandResult(result={"step_id": step.id}, message="Saved.")


def complete_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step is done; completing it again changes nothing."""
    step = _step(context, data["step_id"])
    if step.status is not StepStatus.DONE:
        _save(
            context, step, {"status": StepStatus.DONE, "done_at": context.now, "done_by": context.actor.name}
        )
    return CommandResult(result={"step_id": step.id}, message=f"“{step.title}” is done.")


def reopen_step(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step is open; reopening it again changes nothing."""
    step = _step(context, data["step_id"])
    if step.status is not StepStatus.OPEN:
        _save(context, step, {"status": StepStatus.OPEN, "done_at": None, "done_by": ""})
    return CommandResult(result={"step_id": step.id}, message=f"“{step.title}” is open again.")


def _step(context: Context, step_id: str) -> Step:
    """The step, if it is on this record and this actor may change it. What a viewer may not see answers exactly
    like what does not exist."""
    found = steps.get(context.connection, context.tenant.id, step_id)
    if found is None or found[0] != context.key:
        raise AppError(Reason.NOT_FOUND, "There is no such step in this plan.", field="step_id")
    step = found[1]
    if context.actor.kind is ActorKind.VIEWER:
        if step.partner_id != context.actor.partner_id or step.audience is not Audience.PARTNER:
            raise AppError(Reason.NOT_FOUND, "There is no such step in this plan.", field="step_id")
        if step.owner_side is not Side.PARTNER:
            raise AppError(Reason.FORBIDDEN, "This step belongs to the other side.", field="step_id")
    return step


def _save(context: Context, step: Step, changes: Mapping[str, Any]) -> None:
    changed = replace(step, **changes, version=step.version + 1, delivery=Delivery.SENT, refusal="")
    if not steps.change(context.connection, context.tenant.id, changed, step.version):
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else changed this step meanwhile. Look again, then edit it."
        )
    _spread(context, changed)


def _spread(context: Context, step: Step) -> None:
    context.tell_crm(OutboxKind.STEP, step.id, step.partner_id)
    if step.audience is Audience.PARTNER:
        context.publish()


def _not_past(due: date | None, today: date) -> None:
    if due is not None and due < today:
        raise AppError(Reason.IN_THE_PAST, "This due date has passed. Choose today or later.", field="due")


def _owner_name(context: Context, side: Side, partner_id: str, partner_name: str, email: str) -> str:
    if side is Side.US:
        return context.actor.name if not email or email == context.actor.email else email
    contact = (
        partners.contact_by_email(context.connection, context.tenant.id, partner_id, email) if email else None
    )
    return contact.name if contact else partner_name


class PlaceSchema(Schema):
    """One place of the CRM that shows the step: its task, or the item that the task mirrors."""

    place = fields.String(required=True)
    title = fields.String(required=True)
    due = fields.Date(load_default=None, allow_none=True)
    done = fields.Boolean(required=True)
    owner = fields.String(load_default=None, allow_none=True)
    at = fields.AwareDateTime(required=True, default_timezone=UTC)


class FollowSchema(Schema):
    step_id = fields.String(required=True)
    places = fields.List(fields.Nested(PlaceSchema), required=True)


def follow(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step holds what people made of it in the CRM, as far as step_merge lets it; what gave way is told to the
    audit log. What is true in the CRM may lie in the past."""
    step = _step(context, data["step_id"])
    owners = {owner.email.lower(): owner for owner in tenants.owners(context.connection, context.tenant.id)}
    ours = steps.values_of(step, owners)
    agreed = steps.agreed(context.connection, context.tenant.id, step.id) or {EVERYWHERE: ours}
    merged = merge(ours, agreed, [_seen(place) for place in data["places"]])
    changes = _taken(context, step, merged, owners)
    if changes:
        _save(context, step, changes)
    steps.set_agreed(context.connection, context.tenant.id, step.id, merged.agreed)
    told = {f"taken_{name}": str(getattr(merged.values, name)) for name in merged.taken}
    told |= {f"lost_{name}": str(value)[:500] for name, value in merged.lost.items()}
    return CommandResult(result={"taken": sorted(merged.taken)}, message="Saved.", told=told)


def _seen(place: Mapping[str, Any]) -> Seen:
    return Seen(
        place=place["place"],
        values=Values(
            title=_readable(place["title"]), due=place["due"], done=place["done"], owner=place["owner"]
        ),
        modified_at=place["at"],
    )


def _readable(title: str) -> str:
    """A task's subject as a step may bear it; empty where nothing readable is left."""
    try:
        return clean_line(title[:200])
    except AppError:
        return ""


def _taken(context: Context, step: Step, merged: Merged, owners: Mapping[str, Owner]) -> dict[str, Any]:
    """The step's new values. A title that says nothing is not taken: the next write puts ours back."""
    changes: dict[str, Any] = {}
    if "title" in merged.taken:
        changes["title"] = merged.values.title or step.title
    if "due" in merged.taken:
        changes["due"] = merged.values.due
    if "done" in merged.taken and merged.values.done:
        crm = "HubSpot" if context.tenant.crm is CrmKind.HUBSPOT else "Salesforce"
        changes |= {"status": StepStatus.DONE, "done_at": merged.taken["done"], "done_by": crm}
    elif "done" in merged.taken:
        changes |= {"status": StepStatus.OPEN, "done_at": None, "done_by": ""}
    if "owner" in merged.taken and merged.values.owner:
        owner = owners.get(merged.values.owner)
        name = owner.name if owner else merged.values.owner
        changes |= {"owner_side": Side.US, "owner_email": merged.values.owner, "owner_name": name}
    elif "owner" in merged.taken and step.owner_side is Side.US:
        changes |= {"owner_email": "", "owner_name": ""}
    return changes


COMMANDS = (
    Command(name="plan.add_step", schema=AddSchema, run=add_step),
    Command(name="plan.edit_step", schema=EditSchema, run=edit_step),
    Command(name="plan.complete_step", schema=StepSchema, run=complete_step, actors=WITH_VIEWER),
    Command(name="plan.reopen_step", schema=StepSchema, run=reopen_step, actors=WITH_VIEWER),
    Command(name="plan.follow", schema=FollowSchema, run=follow, actors=frozenset({ActorKind.SYSTEM})),
)
