"""Steps and the CRM's tasks: what people made of a step over there."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import Command, CommandResult, Context
from app.commands.plan_changes import save, settle, step_of
from app.crm.port import Owner
from app.domain.actor import ActorKind, Side
from app.domain.plan import OwnerRole, Step, StepStatus
from app.domain.record import CrmKind
from app.domain.step_merge import EVERYWHERE, Merged, Seen, Values, merge
from app.domain.thread import clean_line
from app.ground.errors import AppError
from app.storage import plan as steps
from app.storage import tenant as tenants


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
    step = step_of(context, data["step_id"])
    owners = {owner.email.lower(): owner for owner in tenants.owners(context.connection, context.tenant.id)}
    ours = steps.values_of(step, owners)
    agreed = steps.agreed(context.connection, context.tenant.id, step.id) or {EVERYWHERE: ours}
    merged = merge(ours, agreed, [_seen(place) for place in data["places"]])
    changes = _taken(context, step, merged, owners)
    if changes:
        save(context, step, changes)
    steps.set_agreed(context.connection, context.tenant.id, step.id, merged.agreed)
    if changes:
        settle(context, step.partner_id)
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
        changes |= {"due": merged.values.due, "rule": ""}  # a date set by hand stays
    if "done" in merged.taken and merged.values.done:
        crm = "HubSpot" if context.tenant.crm is CrmKind.HUBSPOT else "Salesforce"
        changes |= {"status": StepStatus.DONE, "done_at": merged.taken["done"], "done_by": crm}
    elif "done" in merged.taken:
        changes |= {"status": StepStatus.OPEN, "done_at": None, "done_by": ""}
    if "owner" in merged.taken and merged.values.owner:
        owner = owners.get(merged.values.owner)
        name = owner.name if owner else merged.values.owner
        changes |= {"owner_side": Side.US, "owner_email": merged.values.owner, "owner_name": name}
        changes["owner_role"] = OwnerRole.PERSON
    elif "owner" in merged.taken and step.owner_side is Side.US:
        changes |= {"owner_email": "", "owner_name": "", "owner_role": OwnerRole.PERSON}
    return changes


COMMANDS = (
    Command(name="plan.follow", schema=FollowSchema, run=follow, actors=frozenset({ActorKind.SYSTEM})),
)
