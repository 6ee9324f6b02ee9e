"""Deciding on registrations, step by step as the programme's rules say."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from app.commands.context import WITH_VIEWER, Command, CommandResult, Context
from app.commands.registration.store import (
    OneSchema,
    OwnSchema,
    WhySchema,
    by,
    find,
    find_own,
    reason_of,
    save,
)
from app.commands.registration.telling import require_sayable, say_why
from app.commands.thread import looked_at, tell
from app.domain.actor import ActorKind
from app.domain.registration import Registration, RegistrationState, ask_partner
from app.domain.registration import answer as answered
from app.domain.registration import approve as approved
from app.domain.registration import refuse as refused
from app.domain.thread import clean_text
from app.ground.errors import AppError, Reason

ANSWER_LIMIT = 2_000


class AnswerSchema(OwnSchema):
    body = fields.String(required=True, error_messages={"required": "Write the answer first."})


class QuestionSchema(OneSchema):
    question = fields.String(required=True, error_messages={"required": "Say what you need to know."})
    confirm = fields.Boolean(load_default=False)


def approve(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The next step is approved; with the last, protection runs. Raises AppError unless the registration waits for a
    decision, and for somebody whom its step does not name."""
    old = find(context, data["registration_id"])
    _may_decide(context, old)
    new = approved(old, by(context), reason_of(data), context.now)
    save(context, old, new)
    step = new.next_step()
    if new.state is RegistrationState.SUBMITTED and step:
        return CommandResult(message=f"Approved. Next: {step.name}.")
    return CommandResult(message=f"Approved. Protected until {new.protected_until:%d %b %Y}.")


def refuse(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The registration is refused, with the reason. Raises AppError unless it waits for a decision."""
    old = find(context, data["registration_id"])
    _may_decide(context, old)
    save(context, old, refused(old, by(context), reason_of(data), context.now))
    say_why(context, old, f"Your registration of {old.customer_name} was not accepted", data)
    return CommandResult(message="Refused, with your reason on record.")


def ask(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The partner reads the question, and the time for our decision stands still until the answer."""
    old = find(context, data["registration_id"])
    question = reason_of(data, "question")
    require_sayable(context, old, question, data)
    save(context, old, ask_partner(old, by(context), question, context.now))
    return CommandResult(message="Asked. The time for your decision stands still until they answer.")


def answer(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """What the partner answers stands in the thread, and the time for our decision runs on."""
    old = find_own(context, data["registration_id"])
    body = clean_text(data["body"], limit=ANSWER_LIMIT, field="body")
    save(context, old, answered(old, by(context), context.now))
    tell(context, old.partner_id, body)
    return CommandResult(message="Answered. The time for the decision runs on.")


def _may_decide(context: Context, registration: Registration) -> None:
    """Raises AppError for anybody but the step's approvers. An admin may always decide."""
    step = registration.next_step()
    if step is None or not step.approvers or context.actor.kind is not ActorKind.SELLER:
        return
    if context.actor.email.casefold() not in {one.casefold() for one in step.approvers}:
        raise AppError(
            Reason.FORBIDDEN, f"“{step.name}” is decided by {' or '.join(step.approvers)}, or by an admin."
        )


COMMANDS = (
    Command(name="registration.approve", schema=WhySchema, run=approve),
    looked_at(Command(name="registration.refuse", schema=WhySchema, run=refuse)),
    looked_at(Command(name="registration.ask", schema=QuestionSchema, run=ask)),
    Command(name="registration.answer", schema=AnswerSchema, run=answer, actors=WITH_VIEWER),
)
