"""The door for HubSpot's cards and settings page: every request signed by HubSpot, every answer 200 unless the
request itself cannot be trusted, because HubSpot's proxy hides other statuses."""

import json
from dataclasses import dataclass, field
from functools import cache

from flask import Blueprint, Response, request

from app.domain.actor import Actor, ActorKind
from app.domain.record import CrmKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.command_body import MAX_BYTES, read_command_body, record_key
from app.doors.hubspot_settings import add_settings
from app.doors.ports import (
    LIVE_CARDS,
    AdminTickets,
    AnswerKeeper,
    BuildAlways,
    CardSightings,
    CardSource,
    CommandDoor,
    People,
    SettingsSource,
    TenantFinder,
)
from app.doors.problems import as_app_error, problem
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.identity.hubspot_signature import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    HubspotUser,
    SignedRequest,
    user_of,
    verify,
)
from cards.blocks import to_json

UNTRUSTED = frozenset({Reason.BAD_SIGNATURE, Reason.STALE_REQUEST, Reason.UNAUTHENTICATED})
"""Refusals of the request itself: HubSpot never sees these, so they keep their proper status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubspotDoor:
    """`secrets` are the client secrets that may sign, newest first; `origin` is ours as HubSpot calls it."""

    secrets: tuple[str, ...]
    origin: str
    cards: CardSource
    commands: CommandDoor
    tenants: TenantFinder
    people: People
    tickets: AdminTickets
    settings: SettingsSource
    sightings: CardSightings
    clock: Clock
    answers: AnswerKeeper = field(default_factory=BuildAlways)


def create_blueprint(door: HubspotDoor) -> Blueprint:
    """The routes under /hubspot that a card or the settings page calls."""
    blueprint = Blueprint("hubspot", __name__, url_prefix="/hubspot")

    @blueprint.get("/cards/<card>")
    def show_card(card: str) -> Response:
        target = check_signature(door)

        asked = cache(lambda: _asked(door, target))

        def build() -> str:
            tenant, actor, record = asked()
            params = request.args.to_dict()
            document = door.cards.card(tenant.id, actor, record, card, params)
            door.sightings.card(tenant.id, params.get("place", ""), record.object)
            return json.dumps({"ok": True, "card": to_json(document)}, ensure_ascii=False)

        # The signed address names portal, user, record and card: whoever sends it is told the same.
        if card in LIVE_CARDS:
            return _answer(build())
        return _answer(door.answers.get(("hubspot", target), lambda: (asked()[0].id, asked()[2]), build))

    @blueprint.post("/actions/<command>")
    def run_command(command: str) -> Response:
        tenant, actor = _caller(door)
        if command == "admin.enter":
            return _json(
                {
                    "ok": True,
                    "result": {"url": _admin_url(door, tenant, actor)},
                    "message": "Open this page within a minute.",
                }
            )
        body = read_command_body(request.get_data(cache=True))
        done = door.commands.run(tenant.id, actor, command, body.record, body.fields, body.key)
        return _json({"ok": True, "result": dict(done.result), "message": done.message})

    add_settings(blueprint, door.settings, lambda: _caller(door), _json)
    blueprint.register_error_handler(Exception, _refuse)
    return blueprint


def _refuse(error: Exception) -> Response:
    refusal, status = as_app_error(error)
    if refusal.reason in UNTRUSTED:
        return problem(refusal, status)
    body: dict[str, object] = {"ok": False, "reason": str(refusal.reason), "message": refusal.message}
    return _json(body | ({"field": refusal.field} if refusal.field else {}))


def check_signature(door: HubspotDoor) -> str:
    """The raw target of this request, once its signature is proved. Raises AppError before anything is parsed."""
    request.max_content_length = MAX_BYTES
    target = str(request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or request.full_path)
    if target.startswith("http"):
        target = "/" + target.split("/", 3)[-1]
    verify(
        SignedRequest(
            method=request.method,
            target=target,
            body=request.get_data(cache=True),
            signature=request.headers.get(SIGNATURE_HEADER, ""),
            timestamp=request.headers.get(TIMESTAMP_HEADER, ""),
        ),
        door.secrets,
        door.origin,
        door.clock(),
    )
    return target


def _caller(door: HubspotDoor) -> tuple[Tenant, Actor]:
    """The tenant and user of a signed request. What the page claims in its body or elsewhere counts for nothing."""
    return _named(door, check_signature(door))


def _asked(door: HubspotDoor, target: str) -> tuple[Tenant, Actor, RecordKey]:
    """Who asks for a card of which record, as a proved address says."""
    tenant, actor = _named(door, target)
    record = record_key(request.args.get("objectType"), request.args.get("objectId"))
    if record is None:
        raise AppError(Reason.UNKNOWN_RECORD, "Name the record: objectType and objectId are missing.")
    return tenant, actor, record


def _named(door: HubspotDoor, target: str) -> tuple[Tenant, Actor]:
    """The tenant and user that a proved address names."""
    user = user_of(target)
    tenant = door.tenants.by_account(CrmKind.HUBSPOT, user.portal_id)
    if tenant is None:
        raise AppError(
            Reason.UNKNOWN_TENANT, "This HubSpot account is not connected to Alongside. Ask your admin."
        )
    return tenant, _actor(door, tenant, user)


def _actor(door: HubspotDoor, tenant: Tenant, user: HubspotUser) -> Actor:
    admin = user.email in {email.lower() for email in tenant.admin_emails}
    return Actor(
        kind=ActorKind.ADMIN if admin else ActorKind.SELLER,
        id=user.user_id,
        name=door.people.name_of(tenant.id, user.email),
        email=user.email,
    )


def _admin_url(door: HubspotDoor, tenant: Tenant, actor: Actor) -> str:
    if actor.kind is not ActorKind.ADMIN:
        raise AppError(Reason.FORBIDDEN, "Only an admin can open the Alongside settings.")
    return f"{door.origin}/admin/enter?ticket={door.tickets.issue(tenant.id, actor)}"


def _json(body: dict[str, object]) -> Response:
    return _answer(json.dumps(body, ensure_ascii=False))


def _answer(body: str) -> Response:
    answer = Response(body, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
