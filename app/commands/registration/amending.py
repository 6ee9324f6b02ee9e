"""Putting right what was registered: at once while it waits for a decision, and on request once it is decided."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import fields

from app.commands.claims import check_conflicts
from app.commands.context import WITH_VIEWER, Command, CommandResult, Context
from app.commands.registration.store import (
    OneSchema,
    WhySchema,
    by,
    find,
    find_own,
    reason_of,
    save,
    under_terms,
)
from app.commands.registration.submit import VALUES, ValuesSchema, cleaned, require, set_keys
from app.commands.registration.telling import say, say_why
from app.commands.thread import looked_at, tell
from app.domain.actor import ActorKind
from app.domain.amendment import ask_amendment, decline_amendment, grant_amendment
from app.domain.registration import Registration, RegistrationState, amend
from app.domain.thread import Audience
from app.ground.errors import AppError, Reason
from app.storage import programme as programmes


class AmendSchema(ValuesSchema):
    """A partner names no registration: it is the one that its room shows."""

    registration_id = fields.String(load_default="")


class AskSchema(AmendSchema):
    reason = fields.String(required=True, error_messages={"required": "Say why it has to change."})


def amend_values(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The registration says what was sent, where something was; it is judged anew by today's rules while it waits.
    A partner may amend only what is not decided: protection was granted for what stood there then."""
    old = find_own(context, data["registration_id"])
    waits = old.state is RegistrationState.SUBMITTED
    viewer = context.actor.kind is ActorKind.VIEWER
    if viewer and not waits:
        raise AppError(Reason.STATE_CONFLICT, "This is decided. Ask your contact to change it.")
    new = amend(old, by(context), _sent(data), context.now, theirs=viewer)
    if waits:
        new = _judged(context, new)
    _take(context, old, new)
    if viewer:
        tell(context, old.partner_id, f"{new.history[-1].what} of our registration.")
    return CommandResult(message="Changed. The registration waits for a decision." if waits else "Changed.")


def ask(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The partner's change waits for an answer; the registration stays as it is until then."""
    old = find_own(context, data["registration_id"])
    new = ask_amendment(old, by(context), _sent(data), reason_of(data), context.now)
    save(context, old, new)
    tell(context, old.partner_id, f"{new.history[-1].what} of our registration: {new.history[-1].why}")
    return CommandResult(message="Asked. The registration stays as it is until this is answered.")


def grant(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The registration says what the partner asked for, and is compared anew with others."""
    old = find(context, data["registration_id"])
    new = grant_amendment(old, by(context), context.now)
    _take(context, old, new)
    say(context, new, Audience.PARTNER, f"Your registration of {new.customer_name} is changed as you asked.")
    return CommandResult(message=f"{new.history[-1].what}.")


def decline(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The registration stays as it was, and the partner's request is answered."""
    old = find(context, data["registration_id"])
    save(context, old, decline_amendment(old, by(context), reason_of(data), context.now))
    say_why(context, old, f"Your registration of {old.customer_name} stays as it is", data)
    return CommandResult(message="Declined, with your reason on record.")


def _sent(data: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in: an empty field of a form leaves the value as it is."""
    return {name: value for name, value in cleaned(data).items() if value}


def _judged(context: Context, new: Registration) -> Registration:
    """Under today's rules; other steps of decision begin anew."""
    partner = context.partner(new.partner_id)
    programme = programmes.current(context.connection, context.tenant.id)
    rule = programme.rule_for(partner.type, new.region)
    require(context, rule, partner, {name: getattr(new, name) for name in VALUES})
    judged = under_terms(context, new, programme, rule, partner)
    terms = judged["terms"]
    return replace(new, terms=terms, approvals=new.approvals if terms.steps == new.terms.steps else ())


def _take(context: Context, old: Registration, new: Registration) -> None:
    save(context, old, new)
    set_keys(context, new)
    if (new.customer_domain, new.contact_email) != (old.customer_domain, old.contact_email):
        check_conflicts(context, new)


COMMANDS = (
    Command(name="registration.amend", schema=AmendSchema, run=amend_values, actors=WITH_VIEWER),
    Command(
        name="registration.ask_amendment", schema=AskSchema, run=ask, actors=frozenset({ActorKind.VIEWER})
    ),
    Command(name="registration.grant_amendment", schema=OneSchema, run=grant),
    looked_at(Command(name="registration.decline_amendment", schema=WhySchema, run=decline)),
)
