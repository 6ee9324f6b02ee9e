"""The way in beside canvas: a code that the org's own Apex asks for, and the frame exchanges for a bearer.

Salesforce's UI embedding gives a frame no identity. So Apex, in the user's own right, proves org and record to us
with the org's key; the code travels through the page into the frame, once, within a minute.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import request

from app.domain.actor import ActorKind
from app.domain.record import CrmKind, RecordKey
from app.doors.salesforce.admission import NO_RECORD, actor_of, same_panel
from app.doors.salesforce.door import SalesforceDoor
from app.ground.errors import AppError, Reason
from app.ground.ids import hash_token
from app.identity.canvas_request import OBJECT_KINDS, salesforce_id
from app.identity.tokens import LIVES, Audience, Bearer

MAX_BYTES = 8_192
"""A request of Apex has some 400 bytes, one of a frame some 800."""

CODE_LIFE = LIVES[Audience.SALESFORCE_EMBED]
CODE_MEMORY = CODE_LIFE + timedelta(minutes=5)
"""How long a used code is remembered: beyond its end by more than clocks of our hosts can differ."""


def mint(door: SalesforceDoor) -> dict[str, object]:
    """A code for the user, record and org that Apex names. Raises AppError for a wrong key, org or record."""
    body = _body()
    organization_id = salesforce_id(_text(body, "orgId")) or ""
    if not organization_id or not door.is_embed_key(organization_id, _presented()):
        raise AppError(Reason.UNAUTHENTICATED, "The key does not belong to this Salesforce organization.")
    tenant = door.tenants.by_account(CrmKind.SALESFORCE, organization_id)
    if tenant is None:
        raise AppError(Reason.UNKNOWN_TENANT, "This Salesforce organization is not connected to Alongside.")
    actor = actor_of(
        _id(body, "userId"),
        _text(body, "userName") or "A colleague",
        _text(body, "email"),
        tenant,
        manages=body.get("manages") is True,
    )
    code = door.tokens.mint(Audience.SALESFORCE_EMBED, tenant_id=tenant.id, record=_record(body), actor=actor)
    return {"ok": True, "code": code, "expiresIn": int(CODE_LIFE.total_seconds())}


def exchange(door: SalesforceDoor, old: Bearer | None) -> dict[str, object]:
    """The bearer for a code that was never exchanged before, and for the panel of `old` if there is one. Raises
    AppError otherwise."""
    code = _text(_body(), "code")
    meant = door.tokens.verify(Audience.SALESFORCE_EMBED, code)
    if meant is None:
        raise AppError(Reason.UNAUTHENTICATED, "Send the code that Salesforce gave this page.")
    if not door.nonces.take(f"embed:{hash_token(code)}", door.clock() + CODE_MEMORY):
        raise AppError(Reason.REPLAYED, "This code was used before. Reload the record page.")
    if old is not None:
        same_panel(old, meant.tenant_id, meant.actor.id, meant.record)
    bearer = door.tokens.mint(
        Audience.SALESFORCE_PANEL, tenant_id=meant.tenant_id, record=meant.record, actor=meant.actor
    )
    admin = door.tickets is not None and meant.actor.kind is ActorKind.ADMIN
    return {"ok": True, "token": bearer, "record": str(meant.record), "admin": admin}


def _presented() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _body() -> Mapping[str, Any]:
    if not request.is_json:
        raise AppError(Reason.UNSUPPORTED, "Send the request as JSON.")
    request.max_content_length = MAX_BYTES
    try:
        value = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise AppError(Reason.MALFORMED, "The request is not JSON.") from None
    if not isinstance(value, dict):
        raise AppError(Reason.MALFORMED, "The request is not a JSON object.")
    return value


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value.encode("utf-8", "replace").decode("utf-8")[:2_000] if isinstance(value, str) else ""


def _id(body: Mapping[str, Any], name: str) -> str:
    identifier = salesforce_id(_text(body, name))
    if identifier is None:
        raise AppError(Reason.MALFORMED, f"The request's {name} is not a Salesforce id.")
    return identifier


def _record(body: Mapping[str, Any]) -> RecordKey:
    kind = OBJECT_KINDS.get(_text(body, "objectApiName"))
    if kind is None:
        raise AppError(Reason.UNKNOWN_RECORD, NO_RECORD)
    return RecordKey(kind, _id(body, "recordId"))
