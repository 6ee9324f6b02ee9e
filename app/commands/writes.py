"""What a person does about a write that the CRM refused: try it again, or leave it out of the CRM."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain.thread import Delivery
from app.ground.errors import AppError, Reason
from app.storage import outbox
from app.storage import plan as steps
from app.storage import thread as messages


class RetrySchema(Schema):
    outbox_id = fields.String(required=True)


def retry(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The refused write is on its way to the CRM again."""
    row = outbox.get(context.connection, context.tenant.id, data["outbox_id"])
    if row is None or not outbox.retry(context.connection, context.tenant.id, data["outbox_id"], context.now):
        raise AppError(Reason.NOT_FOUND, "There is nothing to try again.", field="outbox_id")
    if row.kind is outbox.OutboxKind.MESSAGE:
        messages.set_delivery(context.connection, context.tenant.id, [row.subject_id], Delivery.SENT)
    if row.kind is outbox.OutboxKind.STEP:
        steps.set_delivery(context.connection, context.tenant.id, [row.subject_id], Delivery.SENT)
    context.bells.add("crm")
    return CommandResult(message="Sent to the CRM again.")


class LeaveOutSchema(Schema):
    outbox_id = fields.String(required=True)
    reason = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        error_messages={"required": "Say why it is left out."},
    )


def drop(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The refused write is not tried any more. What it was about stays here, and says that the CRM does not have it;
    the audit log keeps what the CRM said and why an admin let it be."""
    connection, tenant_id = context.connection, context.tenant.id
    row = outbox.drop(connection, tenant_id, data["outbox_id"])
    if row is None:
        raise AppError(Reason.NOT_FOUND, "There is nothing to leave out.", field="outbox_id")
    said = f"Left out of the CRM by {context.actor.name}: {data['reason']}"
    for kind, store in ((outbox.OutboxKind.MESSAGE, messages), (outbox.OutboxKind.STEP, steps)):
        if row.kind is kind:
            store.set_delivery(connection, tenant_id, [row.subject_id], Delivery.REFUSED, said)
    told = {"kind": str(row.kind), "subject_id": row.subject_id, "crm_said": row.refusal[:500]}
    return CommandResult(message="Left out of the CRM. It stays here.", told=told)


COMMANDS = (
    Command(name="outbox.retry", schema=RetrySchema, run=retry, needs_record=False),
    Command(name="outbox.drop", schema=LeaveOutSchema, run=drop, actors=ADMINS, needs_record=False),
)
