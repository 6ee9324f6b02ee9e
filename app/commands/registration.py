"""Registering deals for partners, and deciding on them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields, validate

from app.commands.claims import check_conflicts, place
from app.commands.context import OUR_SIDE, Command, CommandResult, Context
from app.domain import matching
from app.domain.actor import ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.domain.registration import Registration, RegistrationState
from app.domain.registration import approve as approved
from app.domain.registration import extend as extended
from app.domain.registration import refuse as refused
from app.domain.thread import clean_line, clean_text
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.storage import registration as registrations
from app.storage.outbox import OutboxKind

NOTE_LIMIT = 4_000


class SubmitSchema(Schema):
    partner_id = fields.String(load_default="")
    customer_name = fields.String(required=True, error_messages={"required": "Name the customer."})
    customer_domain = fields.String(load_default="", validate=validate.Length(max=253))
    contact_name = fields.String(load_default="", validate=validate.Length(max=200))
    contact_email = fields.Email(load_default="")
    amount = fields.String(load_default="", validate=validate.Length(max=40))
    note = fields.String(load_default="")


class DecideSchema(Schema):
    registration_id = fields.String(required=True)
    reason = fields.String(
        required=True, error_messages={"required": "Say why. The decision stays explainable."}
    )


class OneSchema(Schema):
    registration_id = fields.String(required=True)


def submit(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The registration waits for a decision, and whatever it conflicts with is flagged to the sellers. The answer is
    the same whether or not anything was found (no oracle)."""
    partner = (
        context.partner_on_record(data["partner_id"])
        if context.record
        else context.partner(data["partner_id"])
    )
    registration = place(
        context,
        Registration(
            id=new_id(),
            partner_id=partner.id,
            customer_name=clean_line(data["customer_name"], field="customer_name"),
            customer_domain=data["customer_domain"].strip().lower(),
            received_at=context.now,
            deal_id=context.deal_id if context.record else None,
            company_id=context.company_id,
            contact_name=data["contact_name"].strip(),
            contact_email=data["contact_email"].strip().lower(),
            amount=data["amount"].strip(),
            note=clean_text(data["note"], limit=NOTE_LIMIT, field="note") if data["note"].strip() else "",
        ),
    )
    registrations.add(context.connection, context.tenant.id, registration)
    emails = [registration.contact_email] if registration.contact_email else []
    keys = matching.keys(registration.customer_name, registration.customer_domain, emails)
    registrations.set_keys(
        context.connection, context.tenant.id, "registration", registration.id, sorted(keys)
    )
    check_conflicts(context, registration, partner.name)
    _spread(context, registration)
    return CommandResult(
        result={"registration_id": registration.id},
        message=f"Registered {registration.customer_name} for {partner.name}. "
        f"A decision is due by {registration.due():%d %b %Y %H:%M} UTC.",
    )


def approve(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Protection runs from now. Raises AppError unless the registration waits for a decision."""
    old = _registration(context, data["registration_id"])
    new = approved(
        old, context.actor.name, clean_line(data["reason"], limit=500, field="reason"), context.now
    )
    _save(context, old, new)
    return CommandResult(message=f"Approved. Protected until {new.protected_until:%d %b %Y}.")


def refuse(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The registration is refused, with the reason. Raises AppError unless it waits for a decision."""
    old = _registration(context, data["registration_id"])
    new = refused(old, context.actor.name, clean_line(data["reason"], limit=500, field="reason"), context.now)
    _save(context, old, new)
    return CommandResult(message="Refused, with your reason on record.")


def extend(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """Protection ends 30 days later. Raises AppError unless it runs."""
    old = _registration(context, data["registration_id"])
    new = extended(old, context.now)
    _save(context, old, new)
    return CommandResult(message=f"Protected until {new.protected_until:%d %b %Y} now.")


def expire(context: Context, data: Mapping[str, Any]) -> CommandResult:
    """The protection window is over. Raises AppError while it still runs."""
    old = _registration(context, data["registration_id"])
    if old.state is not RegistrationState.APPROVED or old.protects(context.now):
        raise AppError(Reason.STATE_CONFLICT, "This protection has not run out.")
    _save(context, old, replace(old, state=RegistrationState.EXPIRED))
    return CommandResult(message="Protection has ended.")


def _registration(context: Context, registration_id: str) -> Registration:
    """The registration, if it belongs to the record at hand; the agent names any of the tenant's."""
    found = registrations.get(context.connection, context.tenant.id, registration_id)
    if found is None or (context.record and not context.is_about(found.deal_id, found.company_id)):
        raise AppError(Reason.NOT_FOUND, "There is no such registration here.", field="registration_id")
    return found


def _save(context: Context, old: Registration, new: Registration) -> None:
    if not registrations.change(context.connection, context.tenant.id, new, old.state):
        raise AppError(Reason.EDIT_CONFLICT, "Somebody else decided on this meanwhile. Look again.")
    _spread(context, new)


def _spread(context: Context, registration: Registration) -> None:
    """To the CRM, where one that matches no record stands alone, and to the rooms of the records it belongs to."""
    rooms = [
        RecordKey(kind, crm_id)
        for kind, crm_id in (
            (ObjectKind.DEAL, registration.deal_id),
            (ObjectKind.COMPANY, registration.company_id),
        )
        if crm_id
    ]
    context.tell_crm(
        OutboxKind.REGISTRATION,
        registration.id,
        registration.partner_id,
        record=rooms[0] if rooms else None,
    )
    if rooms:
        context.publish(*rooms)


COMMANDS = (
    Command(
        name="registration.submit",
        schema=SubmitSchema,
        run=submit,
        actors=OUR_SIDE | {ActorKind.FORM},
        needs_record=False,
    ),
    Command(name="registration.approve", schema=DecideSchema, run=approve),
    Command(name="registration.refuse", schema=DecideSchema, run=refuse),
    Command(name="registration.extend", schema=OneSchema, run=extend),
    Command(
        name="registration.expire",
        schema=OneSchema,
        run=expire,
        actors=frozenset({ActorKind.SYSTEM}),
        needs_record=False,
    ),
)
