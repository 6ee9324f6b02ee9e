"""What a person does about a write that the CRM refused."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import Command, CommandResult, Context
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


COMMANDS = (Command(name="outbox.retry", schema=RetrySchema, run=retry, needs_record=False),)
