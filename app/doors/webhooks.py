"""HubSpot's webhooks: prove the signature, store the events, answer. All work comes later, from the rows."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from app.domain.record import CrmKind
from app.domain.tenant import Tenant
from app.doors.command_body import read_json
from app.doors.hubspot import HubspotDoor, check_signature
from app.doors.ports import EventStore
from app.doors.problems import answer_problems
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token

EVENTS_LIMIT = 500
"""HubSpot sends at most 100 events in one request."""


class EventSchema(Schema):
    """Only what decides where an event belongs; a type of event we do not know is stored and ignored later."""

    eventId = fields.Raw(required=True)  # noqa: N815 - HubSpot's names
    portalId = fields.Raw(required=True)  # noqa: N815
    subscriptionType = fields.String(required=True, validate=validate.Length(max=80))  # noqa: N815
    occurredAt = fields.Integer(required=True)  # noqa: N815
    objectId = fields.Raw(load_default=None)  # noqa: N815
    subscriptionId = fields.Raw(load_default=None)  # noqa: N815


def create_blueprint(door: HubspotDoor, events: EventStore) -> Blueprint:
    blueprint = Blueprint("webhooks", __name__)

    @blueprint.post("/hubspot/webhooks")
    def receive() -> Response:
        check_signature(door)
        found: list[tuple[Tenant, str, Mapping[str, object]]] = []
        tenants: dict[str, Tenant | None] = {}
        for event in events_in(request.get_data(cache=True)):
            portal = str(event["portalId"])
            if portal not in tenants:
                tenants[portal] = door.tenants.by_account(CrmKind.HUBSPOT, portal)
            tenant = tenants[portal]
            if tenant is not None:  # an unknown portal is answered like a known one, and forgotten
                found.append((tenant, _key(event), event))
        events.keep(found)
        return Response(status=200, headers={"Cache-Control": "no-store"})

    answer_problems(blueprint)
    return blueprint


def events_in(raw: bytes) -> list[dict[str, Any]]:
    """The events of a body whose signature was proved. Raises AppError MALFORMED."""
    try:
        body = read_json(raw)
        if not isinstance(body, list) or len(body) > EVENTS_LIMIT:
            raise AppError(Reason.MALFORMED, "A webhook is a JSON array of at most 500 events.")
        loaded: list[dict[str, Any]] = EventSchema(many=True, unknown=INCLUDE).load(body)
    except (ValueError, RecursionError, ValidationError):
        raise AppError(Reason.MALFORMED, "This webhook is not an array of events.") from None
    return loaded


KEY_PARTS = (
    "subscriptionType",
    "objectId",
    "eventId",
    "occurredAt",
    "propertyName",
    "subscriptionId",
    "fromObjectId",
    "toObjectId",
    "associationRemoved",
    "primaryObjectId",
    "mergedObjectIds",
)

KEY_CHARS = 200


def _key(event: Mapping[str, Any]) -> str:
    """HubSpot does not promise that event ids are unique, so the key is all that tells two events apart."""
    key = "|".join(str(event.get(part, "")) for part in KEY_PARTS)
    return key if len(key) <= KEY_CHARS else f"{key[:120]}|{hash_token(key)}"
