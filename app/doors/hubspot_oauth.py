"""Connecting a HubSpot account: off to HubSpot with a state we sign, back with a code that is exchanged once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.crm.hubspot_scopes import OPTIONAL_SCOPES, SCOPES
from app.doors.ports import NonceStore
from app.doors.problems import as_app_error
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.ground.ids import new_token
from app.identity.vault import Vault

STATE_MINUTES = 15
_STATE = re.compile(r"([0-9]{1,12}):[A-Za-z0-9_-]{43}")
CODE_LIMIT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class OauthDoor:
    """`connect(code, redirect_uri)` exchanges the code and answers the name of the connected account."""

    authorize_url: str
    client_id: str
    origin: str
    vault: Vault
    nonces: NonceStore
    clock: Clock
    connect: Callable[[str, str], str]
    expiry: Callable[[], datetime]


def create_blueprint(door: OauthDoor) -> Blueprint:
    blueprint = Blueprint("hubspot_oauth", __name__, url_prefix="/hubspot/oauth", template_folder="templates")
    redirect_uri = f"{door.origin}/hubspot/oauth/callback"

    @blueprint.get("/start")
    def start() -> BaseResponse:
        state = door.vault.seal(f"{door.clock().timestamp():.0f}:{new_token()}")
        query = urlencode(
            {
                "client_id": door.client_id,
                "redirect_uri": redirect_uri,
                "scope": " ".join(SCOPES),
                "optional_scope": " ".join(OPTIONAL_SCOPES),
                "state": state,
            }
        )
        return redirect(f"{door.authorize_url}?{query}")

    @blueprint.get("/callback")
    def callback() -> Response:
        _check_state(door, request.args.get("state", ""))
        code = request.args.get("code", "")
        if not code or len(code) > CODE_LIMIT:
            raise AppError(Reason.MALFORMED, "HubSpot sent no code. Start the connection again.")
        name = door.connect(code, redirect_uri)
        return Response(render_template("hubspot/connected.html", name=name))

    @blueprint.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        refusal, status = as_app_error(error)
        return Response(
            render_template("hubspot/not_connected.html", error=refusal), status or refusal.status
        )

    @blueprint.after_request
    def harden(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
        )
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    return blueprint


def _check_state(door: OauthDoor, state: str) -> None:
    """The state is ours, young, and used once: nobody can push a connection of theirs into somebody's browser."""
    refusal = AppError(
        Reason.BAD_SIGNATURE, "This connection was not started here, or too long ago. Start it again."
    )
    if not state or len(state) > CODE_LIMIT or not state.isascii():
        raise refusal
    try:
        opened = door.vault.open(state)
    except AppError:
        raise refusal from None
    started = _STATE.fullmatch(opened)  # the vault seals other things too
    if started is None:
        raise refusal
    if door.clock().timestamp() - float(started[1]) > STATE_MINUTES * 60 or not door.nonces.take(
        opened, door.expiry()
    ):
        raise refusal
