"""Settling channel conflicts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import Command, CommandResult, Context
from app.domain.conflict import ConflictState
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.storage import registration as registrations
from app.storage.outbox import OutboxKind


class ResolveSchema(Schema):
    conflict_id = fields.String(required=True)
    decision = fields.String(required=True, error_messages={"required": "Choose how it is settled."})
    reason = fields.String(required=True, error_messages={"required": "Say why. Both sides may ask later."})


def resolve(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The conflict is settled, with the decision and its reason on record. Raises AppError if it was before."""
    flag = registrations.conflict(context.connection, context.tenant.id, data["conflict_id"])
    if flag is None or not context.is_about(flag.deal_id, flag.company_id):
        raise AppError(Reason.NOT_FOUND, "There is no such conflict here.", field="conflict_id")
    decision = clean_line(data["decision"], limit=80, field="decision")
    reason = clean_line(data["reason"], limit=500, field="reason")
    settled = replace(
        flag,
        state=ConflictState.RESOLVED,
        resolution=f"{decision}: {reason}",
        resolved_by=context.actor.name,
        resolved_at=context.now,
    )
    if not registrations.resolve_conflict(context.connection, context.tenant.id, settled):
        raise AppError(Reason.STATE_CONFLICT, "Somebody else settled this conflict already. Look again.")
    context.tell_crm(OutboxKind.CONFLICT, flag.id, flag.partner_id)
    return CommandResult(message="Settled, with your reason on record.")


COMMANDS = (Command(name="conflict.resolve", schema=ResolveSchema, run=resolve),)
