"""OAuth tokens of one HubSpot account: where they are kept, and how new ones are had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.crm.hubspot_errors import error_of, sentence
from app.crm.hubspot_paths import INTROSPECT, TOKEN, Endpoint
from app.crm.hubspot_wire import TIMEOUT_SECONDS, Wire
from app.crm.port import AuthExpired, Unavailable
from app.ground.clock import Clock

EARLY = timedelta(seconds=60)
"""Tokens are renewed this long before they end, so that a call under way does not outlive its token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access_token: str
    refresh_token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at.isoformat()})"


class TokenStore(Protocol):
    """Where one tenant's tokens lie, encrypted. `load` raises AuthExpired if there are none."""

    def load(self) -> Tokens: ...

    def save(self, tokens: Tokens) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What an installation granted: tokens, for which portal, and by which user of it."""

    tokens: Tokens
    portal_id: str
    user_id: str
    scopes: Sequence[str]


def exchange_code(
    api_origin: str,
    client_id: str,
    client_secret: str,
    *,
    code: str,
    redirect_uri: str,
    clock: Clock,
    timeout: tuple[float, float] = TIMEOUT_SECONDS,
) -> Connection:
    """The connection that an admin agreed to. Raises AuthExpired if the code is no longer good."""
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": client_secret,
        "redirect_uri": redirect_uri,
        "code": code,
    }
    answer = _ask(Wire(api_origin, timeout), form)
    portal = answer.get("hub_id")
    if not isinstance(portal, int):
        raise Unavailable("HubSpot did not say which account it connected.")
    scopes = answer.get("scopes")
    return Connection(
        tokens=_tokens(answer, "", clock),
        portal_id=str(portal),
        user_id=str(answer.get("user_id") or ""),
        scopes=tuple(scopes) if isinstance(scopes, list) else (),
    )


def refresh(wire: Wire, client_id: str, client_secret: str, old: Tokens, clock: Clock) -> Tokens:
    """A new access token, with the refresh token to use from now on.

    Raises AuthExpired once the app was removed; never for a fault of our own configuration, which must not
    disconnect anyone.
    """
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": old.refresh_token,
    }
    return _tokens(_ask(wire, form), old.refresh_token, clock)


def introspect(wire: Wire, client_id: str, client_secret: str, token: str) -> Sequence[str]:
    """The scopes that the access token carries. Raises AuthExpired for one that is no longer good."""
    form = {"client_id": client_id, "client_secret": client_secret, "token": token}
    answer = _ask(wire, form, INTROSPECT)
    if answer.get("active") is False:
        raise AuthExpired("HubSpot no longer accepts the connection. Connect Alongside again.")
    scopes = answer.get("scopes")
    return tuple(map(str, scopes)) if isinstance(scopes, list) else ()


def _ask(wire: Wire, form: dict[str, str], endpoint: Endpoint = TOKEN) -> dict[str, Any]:
    answer = wire.send(endpoint, form=form)
    if answer.ok:
        return answer.body
    error = answer.body.get("error")
    if error == "invalid_client" or answer.body.get("status") == "BAD_CLIENT_ID":
        raise Unavailable("HubSpot does not accept the app's client id and secret. Check both settings.")
    if answer.status in (400, 401, 403):
        raise AuthExpired(
            f"HubSpot no longer lets Alongside in ({sentence(answer.body, 'no reason given')}). Connect it again."
        )
    raise error_of(answer.status, answer.headers, answer.body)


def _tokens(answer: dict[str, Any], refresh_token: str, clock: Clock) -> Tokens:
    access, seconds = answer.get("access_token"), answer.get("expires_in")
    rotated = answer.get("refresh_token") or refresh_token
    if not isinstance(access, str) or not isinstance(seconds, int) or not isinstance(rotated, str):
        raise Unavailable("HubSpot's token answer lacks a part.")
    return Tokens(access_token=access, refresh_token=rotated, expires_at=clock() + timedelta(seconds=seconds))
