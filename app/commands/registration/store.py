"""Finding a registration for a command, and saving it: to the CRM, and to the rooms that show it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from app.commands.context import Context
from app.commands.tier import standing_of
from app.domain.business_time import add_hours
from app.domain.partner import Partner
from app.domain.programme import Programme, Rule, number_in
from app.domain.record import ObjectKind, RecordKey
from app.domain.registration import Registration, most_telling
from app.domain.thread import clean_line
from app.ground.errors import AppError, Reason
from app.storage import registration as registrations
from app.storage.outbox import OutboxKind

REASON_LIMIT = 500


class OneSchema(Schema):
    registration_id = fields.String(required=True)


class OwnSchema(Schema):
    """A partner names none: it is the one that its room shows."""

    registration_id = fields.String(load_default="")


class WhySchema(OneSchema):
    reason = fields.String(
        required=True, error_messages={"required": "Say why. The decision stays explainable."}
    )
    confirm = fields.Boolean(load_default=False)


def reason_of(data: Mapping[str, Any], name: str = "reason") -> str:
    return clean_line(data[name], limit=REASON_LIMIT, field=name)


def by(context: Context) -> str:
    """Who acts, as the CRM and the partner read it."""
    return context.actor.name


def find_own(context: Context, registration_id: str) -> Registration:
    """The registration that is named; where a partner names none, its own on the record, the one its room shows.
    Raises AppError for any other, and where there is none."""
    if registration_id or context.actor.partner_id is None:
        return find(context, registration_id)
    here = registrations.on_record(
        context.connection, context.tenant.id, deal_id=context.deal_id, company_id=context.company_id
    )
    mine = [one for one in here if one.partner_id == context.actor.partner_id]
    shown = most_telling(mine, context.now)
    if shown is None:
        raise AppError(Reason.NOT_FOUND, "There is no such registration here.", field="registration_id")
    return shown


def find(context: Context, registration_id: str) -> Registration:
    """The registration, if it belongs to the record at hand; the agent names any of the tenant's. A partner finds
    its own alone. Raises AppError for any other, as for one that does not exist."""
    found = registrations.get(context.connection, context.tenant.id, registration_id)
    away = context.record is not None and found and not context.is_about(found.deal_id, found.company_id)
    if found is None or away or (context.actor.partner_id not in (None, found.partner_id)):
        raise AppError(Reason.NOT_FOUND, "There is no such registration here.", field="registration_id")
    return found


def save(context: Context, old: Registration, new: Registration) -> None:
    """Raises AppError if somebody else decided on it meanwhile."""
    if not registrations.change(context.connection, context.tenant.id, new, old.state):
        raise AppError(Reason.EDIT_CONFLICT, "Somebody else decided on this meanwhile. Look again.")
    spread(context, new)


def spread(context: Context, registration: Registration) -> None:
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


def under_terms(
    context: Context, registration: Registration, programme: Programme, rule: Rule, partner: Partner
) -> dict[str, Any]:
    """The terms that hold for the registration as it stands, and when its decision is due by them."""
    tier = standing_of(context, partner, programme)
    terms = programme.terms(
        rule,
        tier.tier,
        number_in(registration.amount),
        registration.region,
        registration.product,
        tier.note,
    )
    zone = ZoneInfo(context.tenant.time_zone)
    due: datetime = (
        add_hours(registration.received_at, terms.sla_hours, zone, rule.holidays)
        if terms.business_days
        else registration.received_at + timedelta(hours=terms.sla_hours)
    )
    return {"terms": terms, "due_at": due}
