"""How every command changes steps: from a version that somebody saw, with dates and owners settled afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.commands.context import Context
from app.commands.plan_state import anchors, calendar
from app.domain.actor import ActorKind, Side
from app.domain.partner import Partner
from app.domain.plan import OwnerRole, Step, StepStatus
from app.domain.plan_dates import resolve
from app.domain.record import ObjectKind
from app.domain.thread import Audience, Delivery
from app.ground.errors import AppError, Reason
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import tenant as tenants
from app.storage.outbox import OutboxKind


def step_of(context: Context, step_id: str) -> Step:
    """The step, if it is on this record and this actor may change it. Raises AppError otherwise."""
    step = seen_step(context, step_id)
    if context.actor.kind is ActorKind.VIEWER and step.owner_side is not Side.PARTNER:
        raise AppError(Reason.FORBIDDEN, "This step belongs to the other side.", field="step_id")
    return step


def seen_step(context: Context, step_id: str) -> Step:
    """The step, if it is on this record and this actor sees it. What a viewer may not see answers exactly like what
    does not exist."""
    found = steps.get(context.connection, context.tenant.id, step_id)
    if found is None or found[0] != context.key:
        raise AppError(Reason.NOT_FOUND, "There is no such step in this plan.", field="step_id")
    step = found[1]
    if context.actor.kind is ActorKind.VIEWER:
        shown = step.audience is Audience.PARTNER and step.status is not StepStatus.DROPPED
        if step.partner_id != context.actor.partner_id or not shown:
            raise AppError(Reason.NOT_FOUND, "There is no such step in this plan.", field="step_id")
    return step


def require_seen(step: Step, version: int) -> None:
    """Raises AppError where somebody changed the step since the version that the editor saw."""
    if step.version != version:
        raise AppError(
            Reason.EDIT_CONFLICT, "Somebody else changed this step meanwhile. Look again, then edit it."
        )


def save(context: Context, step: Step, changes: Mapping[str, Any]) -> Step:
    """The step as it is now. It reaches the CRM, and its partner if it may see it."""
    changed = replace(step, **changes, version=step.version + 1, delivery=Delivery.SENT, refusal="")
    if not steps.change(context.connection, context.tenant.id, changed, step.version):
        require_seen(step, step.version + 1)
    spread(context, changed)
    return changed


def spread(context: Context, step: Step) -> None:
    context.tell_crm(OutboxKind.STEP, step.id, step.partner_id)
    if step.audience is Audience.PARTNER:
        context.publish()


def settle(context: Context, partner_id: str) -> int:
    """After this every open step of the plan is due where its rule says, belongs to whoever holds its role now, and
    the CRM is told how the plan is doing. How many steps that moved."""
    plan = steps.of_partner(context.connection, context.tenant.id, context.key, partner_id)
    partner = partners.get(context.connection, context.tenant.id, partner_id)
    if not plan or partner is None:
        return 0
    dates = resolve(plan, anchors(context), calendar(context.connection, context.tenant, partner_id))
    moved = 0
    for step in plan:
        changes = _changes(context, step, partner, dates.get(step.id))
        if changes:
            save(context, step, changes)
            moved += 1
    tell_health(context)
    return moved


def tell_health(context: Context) -> None:
    if context.key.object is ObjectKind.DEAL:
        context.tell_crm(OutboxKind.PLAN, f"plan-{context.key.crm_id}")


def _changes(context: Context, step: Step, partner: Partner, due: date | None) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if step.status is not StepStatus.OPEN:
        return changes
    if due is not None:
        changes["due"] = due
        if step.baseline is None:
            changes["baseline"] = due
    if step.owner_role is not OwnerRole.PERSON:
        name, email = holder(context, step.owner_side, step.owner_role, partner)
        if (name, email) != (step.owner_name, step.owner_email):
            changes |= {"owner_name": name, "owner_email": email}
    return changes


def holder(context: Context, side: Side, role: OwnerRole, partner: Partner) -> tuple[str, str]:
    """Who holds a role now, by name and address; the firm where nobody does."""
    if role is OwnerRole.DEAL_OWNER and context.record is not None:
        wanted = context.record.fields.get("owner")
        for owner in tenants.owners(context.connection, context.tenant.id):
            if owner.id == wanted:
                return owner.name, owner.email.lower()
    if role is OwnerRole.MAIN_CONTACT:
        for contact in partners.contacts(context.connection, context.tenant.id, [partner.id]):
            return contact.name, contact.email
    return (partner.name if side is Side.PARTNER else context.tenant.name), ""
