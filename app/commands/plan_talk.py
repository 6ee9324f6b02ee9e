"""What people say of a step: a comment, which joins the thread, and the evidence that it was done."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands import thread
from app.commands.context import Command, CommandResult, Context
from app.commands.plan_changes import save, step_of
from app.domain.actor import ActorKind
from app.domain.plan import Evidence
from app.domain.plan_reminders import Reminder
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason

MOST_EVIDENCE = 10
"""Pieces of evidence on one step: more is a folder, and a link leads there."""


class CommentStepSchema(thread.PostSchema):
    step_id = fields.String(required=True, error_messages={"required": "Choose a step."})


class EvidenceSchema(Schema):
    step_id = fields.String(required=True, error_messages={"required": "Choose a step."})
    label = fields.String(load_default="", validate=validate.Length(max=200))
    url = fields.Url(
        required=True,
        schemes={"https"},
        validate=validate.Length(max=1_000),
        error_messages={"required": "Give a link.", "invalid": "Give a link that begins with https://."},
    )


def comment(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The comment is a message of the thread that names its step. Whoever sees the step sees it, and nobody else."""
    step = step_of(context, data["step_id"])
    body = f"“{step.title}”: {data['body'].strip()}" if data["body"].strip() else ""
    said = {**data, "partner_id": step.partner_id, "audience": str(step.audience), "body": body}
    return thread.post(context, said)


def add_evidence(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The link stands with the step, for whoever sees the step. The same link twice changes nothing."""
    step = step_of(context, data["step_id"])
    if any(one.url == data["url"] for one in step.evidence):
        return CommandResult(result={"step_id": step.id}, message="This link stands with the step already.")
    if len(step.evidence) >= MOST_EVIDENCE:
        raise AppError(
            Reason.STATE_CONFLICT,
            f"A step keeps {MOST_EVIDENCE} links. Link to a folder instead.",
            field="url",
        )
    added = Evidence(
        label=clean_line(data["label"] or data["url"][:200], limit=200, field="label"),
        url=data["url"],
        added_by=context.actor.name,
        added_at=context.now,
    )
    save(context, step, {"evidence": (*step.evidence, added)})
    return CommandResult(result={"step_id": step.id}, message=f"Added to “{step.title}”.")


class RemindOfStepSchema(Schema):
    step_id = fields.String(required=True)
    stage = fields.String(required=True, validate=validate.OneOf([str(stage) for stage in Reminder]))
    mails = fields.Integer(required=True)


def remind(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """That somebody was reminded of the step stands in the audit log, and is not done twice."""
    step = step_of(context, data["step_id"])
    return CommandResult(result={"step_id": step.id}, message="Reminded.")


COMMANDS = (
    Command(name="plan.remind", schema=RemindOfStepSchema, run=remind, actors=frozenset({ActorKind.SYSTEM})),
    Command(
        name="plan.comment",
        schema=CommentStepSchema,
        run=comment,
        ask=thread.read_hidden,
        asked_for=frozenset({ActorKind.SELLER, ActorKind.ADMIN}),
    ),
    Command(name="plan.add_evidence", schema=EvidenceSchema, run=add_evidence),
)
