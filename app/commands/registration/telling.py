"""What the programme says of a registration in the thread, for both sides or for the team alone."""

from collections.abc import Mapping
from typing import Any

from app.commands.announcing import announce
from app.commands.context import Context
from app.commands.registration.store import reason_of
from app.commands.thread import look_again
from app.domain.actor import ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.domain.registration import Registration
from app.domain.thread import Audience
from app.storage import partner as partners


def require_sayable(
    context: Context, registration: Registration, reason: str, data: Mapping[str, Any]
) -> None:
    """Raises AppError for a reason with something in it that this partner is not to read, unless it was confirmed."""
    partner = partners.get(context.connection, context.tenant.id, registration.partner_id)
    place = _place(registration)
    if place and partner and context.actor.kind is not ActorKind.SYSTEM and not data["confirm"]:
        look_again(context, partner, reason, data, place)


def _place(registration: Registration) -> RecordKey | None:
    """The record that the registration stands on."""
    if registration.deal_id:
        return RecordKey(ObjectKind.DEAL, registration.deal_id)
    return RecordKey(ObjectKind.COMPANY, registration.company_id) if registration.company_id else None


def say_why(context: Context, registration: Registration, what: str, data: Mapping[str, Any]) -> None:
    """The partner reads what was decided and the reason given. Raises AppError as `require_sayable` does."""
    reason = reason_of(data)
    require_sayable(context, registration, reason, data)
    say(context, registration, Audience.PARTNER, f"{what}: {reason}")


def say(context: Context, registration: Registration, audience: Audience, body: str) -> None:
    """In the thread with the partner, where the registration stands on a record that the partner works on."""
    places = ((ObjectKind.DEAL, registration.deal_id), (ObjectKind.COMPANY, registration.company_id))
    for kind, crm_id in places:
        key = RecordKey(kind, crm_id or "")
        partner_id = registration.partner_id
        if crm_id and partners.is_on(context.connection, context.tenant.id, key, partner_id):
            announce(context, key, partner_id, audience, body)
            return
