"""Channel conflicts: looked for when something changes, disputed, and settled."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.claims import check_conflicts, check_deal, near, scene_of
from app.commands.context import ADMINS, Command, CommandResult, Context
from app.domain.actor import ActorKind
from app.domain.conflict import ConflictFlag, ConflictState, Position
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.registration import RegistrationState
from app.domain.thread import clean_line, clean_text
from app.ground.errors import AppError, Reason
from app.storage import conflict as conflicts
from app.storage import programme as programmes
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.outbox import OutboxKind

LIVE = (RegistrationState.SUBMITTED, RegistrationState.APPROVED)

MOST_POSITIONS = 12
"""What both sides may say in one dispute: more than that is a meeting."""


class ConflictSchema(Schema):
    conflict_id = fields.String(required=True)


class CheckSchema(Schema):
    """The record is all there is to say."""


class ResolveSchema(ConflictSchema):
    decision = fields.String(required=True, error_messages={"required": "Choose how it is settled."})
    reason = fields.String(required=True, error_messages={"required": "Say why. Both sides may ask later."})


class PositionSchema(ConflictSchema):
    side = fields.String(
        required=True,
        validate=validate.Length(min=1, max=80),
        error_messages={"required": "Say whose position it is."},
    )
    position = fields.String(required=True, error_messages={"required": "Write the position."})
    evidence = fields.String(load_default="")


def resolve(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The conflict is settled, with the decision and its reason on record. Raises AppError if it was before."""
    flag = _flag(context, data["conflict_id"])
    decision = clean_line(data["decision"], limit=80, field="decision")
    reason = clean_line(data["reason"], limit=500, field="reason")
    settled = replace(
        flag,
        state=ConflictState.RESOLVED,
        resolution=f"{decision}: {reason}",
        resolved_by=context.actor.name,
        resolved_at=context.now,
    )
    _save(context, settled)
    return CommandResult(message="Settled, with your reason on record.")


def dispute(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """What a side says stands in the conflict's record; with the first position a deadline begins to run."""
    flag = _flag(context, data["conflict_id"])
    if len(flag.positions) >= MOST_POSITIONS:
        raise AppError(Reason.INVALID, "This dispute holds all it can. Decide it, or meet.")
    position = Position(
        side=clean_line(data["side"], limit=80, field="side"),
        by=context.actor.name,
        at=context.now,
        text=clean_text(data["position"], limit=1_000, field="position"),
        evidence=clean_line(data["evidence"], limit=500, field="evidence")
        if data["evidence"].strip()
        else "",
    )
    days = programmes.current(context.connection, context.tenant.id).dispute_days
    deadline = flag.deadline or context.now + timedelta(days=days)
    _save(context, replace(flag, positions=(*flag.positions, position), deadline=deadline))
    return CommandResult(message=f"On record. To be settled by {deadline:%d %b %Y}.")


def escalate(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """That a dispute is overdue stands in its record. Raises AppError while there is time."""
    flag = _flag(context, data["conflict_id"])
    if flag.deadline is None or flag.deadline > context.now or flag.escalated_at:
        raise AppError(Reason.STATE_CONFLICT, "This dispute is not overdue.")
    whom = programmes.current(context.connection, context.tenant.id).dispute_to
    note = Position(
        side="Alongside",
        by=context.actor.name,
        at=context.now,
        text="Not settled in time" + (f": escalated to {whom}." if whom else ": escalated."),
    )
    _save(context, replace(flag, escalated_at=context.now, positions=(*flag.positions, note)))
    return CommandResult(message="Escalated.")


def check(context: Context, _: Mapping[str, Any]) -> CommandResult:
    """Every conflict that the changed record is part of is flagged: a deal at a protected customer, or a customer
    whose name, domain or family now meets a registration."""
    record = context.record
    if record is None:
        raise AppError(Reason.UNKNOWN_RECORD, "Name the record this is about.")
    if record.key.object is ObjectKind.COMPANY:
        live = [one for one in near(scene_of(context), record) if one.state in LIVE]
        found = sum(check_conflicts(context, one) for one in live)
        return CommandResult(message=f"{found} found.")
    company = _company(context, record)
    closed = {stage.value for stage in tenants.stages(context.connection, context.tenant.id) if stage.closed}
    over = record.fields.get("stage") in closed
    found = check_deal(context, record, company) if company and not over else 0
    return CommandResult(message=f"{found} found.")


def _company(context: Context, deal: Record) -> Record | None:
    if not deal.company_id:
        return None
    return records.get(context.connection, context.tenant.id, RecordKey(ObjectKind.COMPANY, deal.company_id))


def _flag(context: Context, conflict_id: str) -> ConflictFlag:
    """The flag, if it is on the record at hand; the agent and an admin name any of the tenant's."""
    flag = conflicts.get(context.connection, context.tenant.id, conflict_id)
    if flag is None or (context.record is not None and not context.is_about(flag.deal_id, flag.company_id)):
        raise AppError(Reason.NOT_FOUND, "There is no such conflict here.", field="conflict_id")
    return flag


def _save(context: Context, flag: ConflictFlag) -> None:
    if not conflicts.change(context.connection, context.tenant.id, flag):
        raise AppError(Reason.STATE_CONFLICT, "Somebody else settled this conflict already. Look again.")
    home = None
    if flag.deal_id or flag.company_id:
        kind = ObjectKind.DEAL if flag.deal_id else ObjectKind.COMPANY
        home = RecordKey(kind, flag.deal_id or flag.company_id or "")
    context.tell_crm(OutboxKind.CONFLICT, flag.id, flag.partner_id, record=home)


ONLY_THE_AGENT = frozenset({ActorKind.SYSTEM})

COMMANDS = (
    Command(name="conflict.resolve", schema=ResolveSchema, run=resolve),
    Command(name="conflict.dispute", schema=PositionSchema, run=dispute),
    Command(
        name="conflict.escalate",
        schema=ConflictSchema,
        run=escalate,
        actors=ONLY_THE_AGENT,
        needs_record=False,
    ),
    Command(name="conflict.check", schema=CheckSchema, run=check, actors=ADMINS),
)
