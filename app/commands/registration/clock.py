"""The clock of protection: more time, and standing still while the vendor is the one who is waited for."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

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
from app.commands.registration.telling import say_why
from app.commands.thread import looked_at, tell
from app.domain.actor import ActorKind
from app.domain.fair_clock import Blocker, Pause
from app.domain.registration import ask_more_time, decline_more_time, pause, resume
from app.domain.registration import extend as extended
from app.domain.thread import clean_line

CHOSEN = (Blocker.PRICING, Blocker.ENGINEER, Blocker.LEGAL, Blocker.OTHER)
"""What a person may stop the clock for; a decision of ours stops it by itself."""


class MoreTimeSchema(OneSchema):
    reason = fields.String(load_default="")


class AskTimeSchema(OwnSchema):
    reason = fields.String(required=True, error_messages={"required": "Say why you need more time."})


class PauseSchema(OneSchema):
    blocker = fields.Enum(
        Blocker,
        by_value=True,
        required=True,
        validate=validate.OneOf(CHOSEN, error="Choose what the partner waits for."),
        error_messages={
            "required": "Choose what the partner waits for.",
            "unknown": "Choose what the partner waits for.",
        },
    )
    note = fields.String(load_default="")


def extend(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Protection ends later, by what its terms say; a request for it is answered. Raises AppError unless it runs."""
    old = find(context, data["registration_id"])
    reason = reason_of(data) if data["reason"].strip() else ""
    new = extended(old, context.now, by(context), reason)
    save(context, old, new)
    return CommandResult(message=f"Protected until {new.protected_until:%d %b %Y} now.")


def ask_extension(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The request waits for an answer, and protection stands still until then."""
    old = find_own(context, data["registration_id"])
    asked = ask_more_time(old, by(context), reason_of(data), context.now)
    save(context, old, asked)
    if context.actor.kind is ActorKind.VIEWER and asked.ask:
        tell(context, old.partner_id, f"More time, please: {asked.ask.reason}")
    return CommandResult(message="Asked. Protection stands still until this is answered.")


def decline_extension(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The request is answered with no, and the clock runs on."""
    old = find(context, data["registration_id"])
    save(context, old, decline_more_time(old, by(context), reason_of(data), context.now))
    say_why(context, old, f"No more time for {old.customer_name}", data)
    return CommandResult(message="Declined, with your reason on record. The clock runs again.")


def stop(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Protection stands still, and both sides read why and since when."""
    old = find(context, data["registration_id"])
    note = clean_line(data["note"], limit=200, field="note") if data["note"].strip() else ""
    why = Pause(since=context.now, blocker=data["blocker"], note=note, by=by(context))
    save(context, old, pause(old, why))
    return CommandResult(message=f"The clock stands still: the partner waits for {why.blocker.label}.")


def go_on(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Protection runs again, and ends later by as long as it stood still."""
    old = find(context, data["registration_id"])
    new = resume(old, by(context), context.now)
    save(context, old, new)
    return CommandResult(message=f"The clock runs again. Protected until {new.protected_until:%d %b %Y}.")


COMMANDS = (
    Command(name="registration.extend", schema=MoreTimeSchema, run=extend),
    Command(name="registration.ask_extension", schema=AskTimeSchema, run=ask_extension, actors=WITH_VIEWER),
    looked_at(Command(name="registration.decline_extension", schema=WhySchema, run=decline_extension)),
    Command(name="registration.pause", schema=PauseSchema, run=stop),
    Command(name="registration.resume", schema=OneSchema, run=go_on),
)
