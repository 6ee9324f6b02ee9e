"""What people say of a step: a comment, which joins the thread, and the evidence that it was done."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from app.commands import thread
from app.commands.context import WITH_VIEWER, Command, CommandResult, Context
from app.commands.plan_changes import save, seen_step, step_of
from app.domain.actor import ActorKind
from app.domain.link import FileState
from app.domain.plan import Evidence, Step
from app.domain.plan_reminders import Reminder
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.storage import file as files

MOST_EVIDENCE = 10
"""Pieces of evidence on one step: more is a folder, and a link leads there."""


class CommentStepSchema(thread.PostSchema):
    step_id = fields.String(required=True, error_messages={"required": "Choose a step."})


class EvidenceSchema(Schema):
    """A link, a file that is shared in the partner's room, or words alone where there is nothing to link to."""

    step_id = fields.String(required=True, error_messages={"required": "Choose a step."})
    label = fields.String(load_default="", validate=validate.Length(max=200))
    file_id = fields.String(load_default="")
    url = fields.Url(
        load_default="",
        schemes={"https"},
        validate=validate.Length(max=1_000),
        error_messages={"invalid": "Give a link that begins with https://."},
    )

    @pre_load
    def no_empty_link(self, data: Mapping[str, Any], **_: object) -> Mapping[str, Any]:
        """A form sends every field, also the one that was left empty."""
        return {name: value for name, value in data.items() if name != "url" or value != ""}


def comment(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The comment is a message of the thread that names its step. Whoever sees the step sees it, and nobody else."""
    step = seen_step(context, data["step_id"])
    body = f"“{step.title}”: {data['body'].strip()}" if data["body"].strip() else ""
    said = {**data, "partner_id": step.partner_id, "audience": str(step.audience), "body": body}
    return thread.post(context, said)


def add_evidence(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The link, the file's name or the words stand with the step, for whoever sees the step; what a partner adds is a
    message, too. The same twice changes nothing."""
    step = step_of(context, data["step_id"])
    file = _file_name(context, step, data["file_id"]) if data["file_id"] else ""
    said = ": ".join(filter(None, (data["label"].strip(), file))) or data["url"]
    if not said:
        raise AppError(Reason.INVALID, "Give a link, or say in words what shows it.", field="url")
    label = clean_line(said[:200], limit=200, field="label")
    if any(data["url"] == one.url if data["url"] else label == one.label for one in step.evidence):
        return CommandResult(result={"step_id": step.id}, message="This stands with the step already.")
    if len(step.evidence) >= MOST_EVIDENCE:
        raise AppError(
            Reason.STATE_CONFLICT,
            f"A step keeps {MOST_EVIDENCE} pieces of evidence. Link to a folder instead.",
            field="url",
        )
    added = Evidence(
        label=label,
        url=data["url"],
        added_by=context.actor.name,
        added_at=context.now,
    )
    save(context, step, {"evidence": (*step.evidence, added)})
    if context.actor.kind is ActorKind.VIEWER:
        thread.tell(context, step.partner_id, evidence_line(step.title, added.label, added.url))
    return CommandResult(result={"step_id": step.id}, message=f"Added to “{step.title}”.")


def _file_name(context: Context, step: Step, file_id: str) -> str:
    """What the file is called in the room of the step's partner, who downloads it there. Raises AppError for one that
    this partner is not shown."""
    shown = files.of_partner(context.connection, context.tenant.id, context.key, step.partner_id)
    found = next((one for one in shown if one.id == file_id and one.state is not FileState.GONE), None)
    if found is None:
        raise AppError(Reason.NOT_FOUND, "This file is not shared with the partner here.", field="file_id")
    return found.name


def evidence_line(title: str, label: str, url: str) -> str:
    return f"“{title}”, evidence: {label if label == url else f'{label} {url}'.strip()}"


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
    thread.looked_at(Command(name="plan.comment", schema=CommentStepSchema, run=comment, actors=WITH_VIEWER)),
    Command(name="plan.add_evidence", schema=EvidenceSchema, run=add_evidence, actors=WITH_VIEWER),
)
