"""Another date for a step: the partner proposes it, our side takes it or keeps the one there is."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from app.commands.context import Command, CommandResult, Context
from app.commands.plan_changes import save, seen_step, settle, step_of
from app.commands.plan_state import today
from app.commands.thread import look_again, looked_at, tell
from app.domain.actor import ActorKind
from app.domain.plan import Proposal, Step, StepStatus
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason

REASON_LIMIT = 300


class ProposeSchema(Schema):
    step_id = fields.String(required=True, error_messages={"required": "Choose a step."})
    due = fields.Date(
        required=True, error_messages={"required": "Choose the day.", "invalid": "Choose the day."}
    )
    reason = fields.String(required=True, error_messages={"required": "Say why another day is better."})


class DateAnswerSchema(Schema):
    """`due` is the day that whoever answers was shown."""

    step_id = fields.String(required=True)
    due = fields.Date(required=True)
    reason = fields.String(load_default="")
    confirm = fields.Boolean(load_default=False)


def propose(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The proposal stands with the step until it is answered; a newer one takes its place. Nothing else moves."""
    step = seen_step(context, data["step_id"])
    if step.status is not StepStatus.OPEN:
        raise AppError(Reason.STATE_CONFLICT, "This step is done. It needs no other date.", field="step_id")
    if data["due"] < today(context):
        raise AppError(Reason.IN_THE_PAST, "This day has passed. Choose today or later.", field="due")
    if data["due"] == step.due:
        raise AppError(Reason.INVALID, "The step is due on that day already.", field="due")
    reason = clean_line(data["reason"], limit=REASON_LIMIT, field="reason")
    asked = Proposal(due=data["due"], by=context.actor.name, at=context.now, reason=reason)
    save(context, step, {"proposal": asked})
    tell(context, step.partner_id, f"“{step.title}”: could it be {data['due']:%d %b %Y}? {reason}")
    return CommandResult(
        result={"step_id": step.id}, message="Proposed. The date stays until it is answered."
    )


def accept(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The step is due on the day that was proposed, and no longer moves with anything."""
    step, asked = _answered(context, data)
    save(context, step, {"due": asked.due, "rule": "", "proposal": None})
    settle(context, step.partner_id)
    tell(context, step.partner_id, f"“{step.title}” is due on {asked.due:%d %b %Y} now, as you asked.")
    return CommandResult(
        result={"step_id": step.id}, message=f"“{step.title}” is due on {asked.due:%d %b %Y}."
    )


def decline(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The date stays as it is, and the partner reads so."""
    step, _ = _answered(context, data)
    reason = data["reason"].strip()
    why = f" {clean_line(reason, limit=REASON_LIMIT, field='reason')}" if reason else ""
    if why and not data["confirm"]:
        look_again(context, context.partner_on_record(step.partner_id), why, data)
    save(context, step, {"proposal": None})
    kept = f"stays due on {step.due:%d %b %Y}" if step.due else "stays without a date"
    tell(context, step.partner_id, f"“{step.title}” {kept}.{why}")
    return CommandResult(result={"step_id": step.id}, message=f"Kept as it was. “{step.title}” {kept}.")


def _answered(context: Context, data: Mapping[str, Any]) -> tuple[Step, Proposal]:
    """The step and the proposal that was looked at. Raises AppError where that is no longer the one that waits."""
    step = step_of(context, data["step_id"])
    asked = step.asked
    if asked is None:
        raise AppError(Reason.STATE_CONFLICT, "No other date is asked for.")
    if asked.due != data["due"]:
        raise AppError(Reason.EDIT_CONFLICT, "The partner has asked for another day meanwhile. Look again.")
    return step, asked


COMMANDS = (
    Command(
        name="plan.propose_date", schema=ProposeSchema, run=propose, actors=frozenset({ActorKind.VIEWER})
    ),
    Command(name="plan.accept_date", schema=DateAnswerSchema, run=accept),
    looked_at(Command(name="plan.decline_date", schema=DateAnswerSchema, run=decline)),
)
