"""Registering deals for partners, and putting right what was registered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import Connection

from app.commands.claims import check_conflicts, incumbent_of, place
from app.commands.context import OUR_SIDE, Command, CommandResult, Context, given
from app.commands.registration.store import by, find, save, spread, under_terms
from app.domain import matching
from app.domain.actor import ActorKind
from app.domain.certification_rights import REGISTER, eligible, has_any
from app.domain.partner import Partner
from app.domain.programme import Motion, Rule, missing
from app.domain.registration import Attribution, Registration, told
from app.domain.thread import clean_line, clean_text
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import certification as certifications
from app.storage import partner as partners
from app.storage import programme as programmes
from app.storage import registration as registrations

NOTE_LIMIT = 4_000

VALUES = ("customer_domain", "contact_name", "contact_email", "amount", "region", "product", "note")
"""What a registration says beside the customer's name; all of it may be amended."""


class ValuesSchema(Schema):
    customer_domain = fields.String(load_default="", validate=validate.Length(max=253))
    contact_name = fields.String(load_default="", validate=validate.Length(max=200))
    contact_email = fields.Email(load_default="")
    amount = fields.String(load_default="", validate=validate.Length(max=40))
    region = fields.String(load_default="", validate=validate.Length(max=80))
    product = fields.String(load_default="", validate=validate.Length(max=200))
    note = fields.String(load_default="")


class SubmitSchema(ValuesSchema):
    partner_id = fields.String(load_default="")
    customer_name = fields.String(required=True, error_messages={"required": "Name the customer."})
    motion = fields.Enum(
        Motion,
        by_value=True,
        load_default=Motion.NEW,
        error_messages={"unknown": "Choose new business, expansion or renewal."},
    )


class AttributeSchema(Schema):
    registration_id = fields.String(required=True)
    attribution = fields.Enum(
        Attribution,
        by_value=True,
        required=True,
        error_messages={
            "required": "Choose sourced or influenced.",
            "unknown": "Choose sourced or influenced.",
        },
    )
    share = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=100, error="A share is a number of percent from 0 to 100."),
    )
    incumbent = fields.String(load_default="", validate=validate.Length(max=200))


def submit(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The registration waits for a decision, and whatever it conflicts with is flagged to the sellers. The answer is
    the same whether or not anything was found (no oracle). Raises AppError naming all that the rules ask for and is
    missing."""
    partner = (
        context.partner_on_record(data["partner_id"])
        if context.record
        else context.partner(data["partner_id"])
    )
    values = cleaned(data)
    programme = programmes.current(context.connection, context.tenant.id)
    rule = programme.rule_for(partner.type, values["region"])
    require(context, rule, partner, values)
    registration = place(
        context,
        Registration(
            id=new_id(),
            partner_id=partner.id,
            customer_name=clean_line(data["customer_name"], field="customer_name"),
            received_at=_receipt(context),
            deal_id=context.deal_id if context.record else None,
            company_id=context.company_id,
            motion=data["motion"],
            given=_given(context, values),
            **values,
        ),
    )
    registration = replace(
        registration,
        incumbent=incumbent_of(context, registration),
        **_attribution(context),
        **under_terms(context, registration, programme, rule, partner),
    )
    received = f"Received, under rule “{rule.name}” of programme version {programme.version}"
    registration = told(registration, registration.received_at, by(context), received)
    registrations.add(context.connection, context.tenant.id, registration)
    set_keys(context, registration)
    check_conflicts(context, registration)
    spread(context, registration)
    return CommandResult(
        result={"registration_id": registration.id},
        message=f"Registered {registration.customer_name} for {partner.name}. "
        f"A decision is due by {registration.due():%d %b %Y %H:%M} UTC.",
    )


def _given(context: Context, values: Mapping[str, str]) -> tuple[str, ...]:
    """What the partner wrote itself. A seller who registers for it may write what it is not to read."""
    partner = context.actor.kind is ActorKind.FORM
    return tuple(sorted(name for name, value in values.items() if value)) if partner else ()


def attribute(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Who brought the deal, and for how much of it, stands on the record for reports."""
    old = find(context, data["registration_id"])
    kind: Attribution = data["attribution"]
    new = replace(
        old,
        attribution=kind,
        share=data["share"],
        incumbent=data["incumbent"].strip() or old.incumbent,
    )
    what = f"Attributed as {kind}" + (f", {new.share} percent" if new.share is not None else "")
    save(context, old, told(new, context.now, by(context), what))
    return CommandResult(message=f"{what}.")


def cleaned(data: Mapping[str, Any]) -> dict[str, Any]:
    """All of them as text, cleaned."""
    values = {name: data[name].strip() for name in VALUES}
    for name in ("customer_domain", "contact_email"):
        values[name] = values[name].lower()
    if values["note"]:
        values["note"] = clean_text(values["note"], limit=NOTE_LIMIT, field="note")
    return values


def would_take(
    connection: Connection, tenant_id: str, partner_id: str, data: Mapping[str, Any], now: datetime
) -> bool:
    """Whether a form's registration meets what the programme asks of the partner. Nothing but the partner and what
    was typed counts, so that how long a refusal takes says nothing of the customer."""
    partner = partners.get(connection, tenant_id, partner_id)
    if partner is None:
        return False
    try:
        values = cleaned(SubmitSchema(unknown=EXCLUDE).load(given(data)))
        rule = programmes.current(connection, tenant_id).rule_for(partner.type, values["region"])
        _require(connection, tenant_id, now, rule, partner, values)
    except (AppError, ValidationError):
        return False
    return True


def require(context: Context, rule: Rule, partner: Partner, values: Mapping[str, str]) -> None:
    """Raises AppError for a partner that may not register, or naming all that is missing at once."""
    _require(context.connection, context.tenant.id, context.now, rule, partner, values)


def _require(
    connection: Connection,
    tenant_id: str,
    now: datetime,
    rule: Rule,
    partner: Partner,
    values: Mapping[str, str],
) -> None:
    lacking = missing(rule, values)
    if lacking:
        raise AppError(
            Reason.INVALID,
            f"Please add {_and(lacking)}. The programme asks for it.",
            field=next(name for name in rule.required if not values.get(name, "").strip()),
        )
    _require_certified(connection, tenant_id, now, rule, partner)


def _require_certified(
    connection: Connection, tenant_id: str, now: datetime, rule: Rule, partner: Partner
) -> None:
    """The rule may name certifications of which one is enough; what the programme asks of everybody who registers
    has to be met besides."""
    today = now.date()
    needs = certifications.requirements(connection, tenant_id)
    held = certifications.of_partners(connection, tenant_id, [partner.id])
    if not has_any(rule.certifications, held, today):
        raise AppError(
            Reason.FORBIDDEN,
            f"{partner.name} needs a valid certification to register deals: {' or '.join(rule.certifications)}.",
        )
    right = eligible(REGISTER, needs, held, today)
    if not right.met:
        raise AppError(Reason.FORBIDDEN, f"{partner.name} cannot register deals yet. {' '.join(right.lacks)}")


def _and(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _receipt(context: Context) -> datetime:
    """Now by our clock, and later than every receipt before: of two submissions in the same instant one is first,
    on every database. The tenant's lock is held, so nobody else takes the moment between."""
    last = registrations.last_receipt(context.connection, context.tenant.id)
    if last is None or last < context.now:
        return context.now
    return last + timedelta(microseconds=1)


def _attribution(context: Context) -> dict[str, Any]:
    """A deal that was there when the partner registered was influenced; otherwise the partner brought it, whole."""
    if context.record and context.deal_id:
        return {"attribution": Attribution.INFLUENCED, "share": None}
    return {"attribution": Attribution.SOURCED, "share": 100}


def set_keys(context: Context, registration: Registration) -> None:
    emails = [registration.contact_email] if registration.contact_email else []
    keys = matching.keys(registration.customer_name, registration.customer_domain, emails)
    registrations.set_keys(
        context.connection, context.tenant.id, "registration", registration.id, sorted(keys)
    )


COMMANDS = (
    Command(
        name="registration.submit",
        schema=SubmitSchema,
        run=submit,
        actors=OUR_SIDE | {ActorKind.FORM},
        needs_record=False,
    ),
    Command(name="registration.attribute", schema=AttributeSchema, run=attribute),
)
