"""What HubSpot's settings page asks for: signed like a card's requests, and for admins alone. It writes by the same
actions as everybody else: policy.save, partner.create, partner.update, outbox.retry, outbox.drop."""

import json
from collections.abc import Callable

from flask import Blueprint, Response, request

from app.domain.actor import Actor, ActorKind
from app.domain.tenant import Tenant
from app.doors.ports import SettingsSource
from app.ground.errors import AppError, Reason

ORIGIN_LIMIT = 300


def add_settings(
    blueprint: Blueprint,
    source: SettingsSource,
    caller: Callable[[], tuple[Tenant, Actor]],
    answer: Callable[[dict[str, object]], Response],
) -> None:
    """The routes of the settings page. `caller` proves the signature and names who asks."""

    def admin() -> tuple[Tenant, Actor]:
        tenant, actor = caller()
        if actor.kind is not ActorKind.ADMIN:
            raise _not_an_admin(tenant)
        return tenant, actor

    @blueprint.get("/settings")
    def settings() -> Response:
        tenant, actor = admin()
        called = request.args.get("origin", "")[:ORIGIN_LIMIT]
        return answer({"ok": True, "settings": source.overview(tenant.id, actor, called)})

    @blueprint.get("/settings/safelist")
    def safelist() -> Response:
        tenant, _ = admin()
        return answer({"ok": True, "safelist": source.safelist(tenant.id, request.args.get("type", "")[:40])})

    @blueprint.post("/settings/reach")
    def reach() -> Response:
        tenant, _ = admin()
        return answer({"ok": True, "reach": source.reach(tenant.id, _body())})


def _body() -> object:
    try:
        sent = json.loads(request.get_data(cache=True))
    except (ValueError, RecursionError):
        raise AppError(Reason.MALFORMED, "The request is not JSON.") from None
    if not isinstance(sent, dict):
        raise AppError(Reason.MALFORMED, "The request is not a JSON object.")
    return sent.get("body")


def _not_an_admin(tenant: Tenant) -> AppError:
    if tenant.admin_emails:
        who = f"Ask one of your admins: {', '.join(tenant.admin_emails)}."
    else:
        who = (
            "No admin is named yet: whoever runs the server does it with alongside tenant add --admin-email."
        )
    return AppError(Reason.FORBIDDEN, f"Only an admin of Alongside can open these settings. {who}")
