"""What happens to registrations by the clock: escalation, reminders, the end of protection, and pulling back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import fields

from app.commands.context import OUR_SIDE, Command, CommandResult, Context
from app.commands.registration.store import OneSchema, WhySchema, by, find, reason_of, save
from app.commands.registration.telling import require_sayable, say
from app.commands.thread import looked_at
from app.domain.actor import ActorKind
from app.domain.registration import RegistrationState, told
from app.domain.registration import end as ended
from app.domain.thread import Audience
from app.ground.errors import AppError, Reason

ONLY_THE_AGENT = frozenset({ActorKind.SYSTEM})


class RemindOfEndSchema(OneSchema):
    days = fields.Integer(required=True)


def expire(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The protection window is over. Raises AppError while it still runs."""
    old = find(context, data["registration_id"])
    if old.state is not RegistrationState.APPROVED or old.protects(context.now):
        raise AppError(Reason.STATE_CONFLICT, "This protection has not run out.")
    save(context, old, ended(old, by(context), "Protection ended", "", context.now))
    return CommandResult(message="Protection has ended.")


def pull_back(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Protection is over before its time, with the reason on record for both sides."""
    old = find(context, data["registration_id"])
    if not old.protects(context.now):
        raise AppError(Reason.STATE_CONFLICT, "Only a running protection can be pulled back.")
    reason = reason_of(data)
    require_sayable(context, old, reason, data)
    new = ended(old, by(context), "Pulled back", reason, context.now)
    save(context, old, replace(new, decision_reason=reason))
    say(context, old, Audience.PARTNER, f"Your protection of {old.customer_name} was pulled back: {reason}")
    return CommandResult(message="Pulled back, with the reason on record.")


def escalate(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """That a decision is late is said in the thread of the team, to whom the rules name. Raises AppError while there
    is time, or while the partner is the one we wait for."""
    old = find(context, data["registration_id"])
    late = old.state is RegistrationState.SUBMITTED and not old.wait and old.due(context.now) <= context.now
    if not late or old.escalated_at:
        raise AppError(Reason.STATE_CONFLICT, "This decision is not late.")
    whom = old.terms.escalate_to
    what = "Escalated: the decision is late" + (f", to {whom}" if whom else "")
    save(context, old, told(replace(old, escalated_at=context.now), context.now, by(context), what))
    named = f"@{whom} " if whom else ""
    say(
        context,
        old,
        Audience.TEAM,
        f"{named}The decision on the registration of {old.customer_name} was due "
        f"{old.due():%d %b %Y %H:%M} UTC and has not been made.",
    )
    return CommandResult(message="Escalated.")


def remind(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Both sides read in the thread how many days of protection are left; once for each day the rules name."""
    old = find(context, data["registration_id"])
    days = data["days"]
    if not old.protects(context.now) or old.pause or (old.reminded and old.reminded <= days):
        raise AppError(Reason.STATE_CONFLICT, "There is nothing to remind of.")
    save(context, old, replace(old, reminded=days))
    left = "1 day" if days == 1 else f"{days} days"
    say(
        context,
        old,
        Audience.PARTNER,
        f"Protection of {old.customer_name} ends in {left}, on {old.protected_until:%d %b %Y}. "
        "If you need more time, ask for it here.",
    )
    return CommandResult(message="Reminded.")


def _agent(name: str, schema: type[OneSchema], run: Any) -> Command:
    return Command(name=name, schema=schema, run=run, actors=ONLY_THE_AGENT, needs_record=False)


COMMANDS = (
    _agent("registration.expire", OneSchema, expire),
    _agent("registration.escalate", OneSchema, escalate),
    _agent("registration.remind", RemindOfEndSchema, remind),
    looked_at(
        Command(
            name="registration.pull_back",
            schema=WhySchema,
            run=pull_back,
            actors=OUR_SIDE,
            needs_record=False,
        )
    ),
)
