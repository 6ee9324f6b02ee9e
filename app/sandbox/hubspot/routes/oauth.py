"""The installation: a page where an admin agrees, and the token endpoints."""

import hmac
from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.sandbox.hubspot.errors import HubError
from app.sandbox.hubspot.grants import Granted, oauth_error
from app.sandbox.hubspot.routes import VERSION, sandbox

oauth = Blueprint("oauth", __name__, url_prefix="/oauth")

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Connect an app</title>
<main><h1>Connect an app to {portal}</h1><p>The app asks for:</p><ul>{scopes}</ul>
<form method="post"><button>Connect app</button></form></main></html>"""


@oauth.get("/authorize")
def authorize() -> str:
    _asked()
    scopes = "".join(f"<li>{escape(scope)}</li>" for scope in request.args["scope"].split())
    return _PAGE.format(portal=escape(sandbox().config.portal_name), scopes=scopes)


@oauth.post("/authorize")
def agree() -> Response:
    redirect_uri = _asked()
    answer = {"code": sandbox().grants.code(redirect_uri)}
    if "state" in request.args:
        answer["state"] = request.args["state"]
    return redirect(redirect_uri + ("&" if "?" in redirect_uri else "?") + urlencode(answer))


def _asked() -> str:
    """Where to go afterwards. Raises HubError 400 for a request that HubSpot shows an error page for."""
    config = sandbox().config
    if request.args.get("client_id") != config.client_id:
        raise HubError(400, "VALIDATION_ERROR", "The client ID is not known.")
    redirect_uri = request.args.get("redirect_uri", "")
    if not redirect_uri.startswith(("https://", "http://localhost", "http://127.0.0.1")) or (
        config.redirect_uris and redirect_uri not in config.redirect_uris
    ):
        raise HubError(400, "VALIDATION_ERROR", "The redirect URI is not one of the app's.")
    if "oauth" not in request.args.get("scope", "").split():
        raise HubError(400, "VALIDATION_ERROR", "The scopes do not match the app's required scopes.")
    return redirect_uri


@oauth.post(f"/{VERSION}/token")
def token() -> dict[str, Any]:
    _check_client()
    grant = request.form.get("grant_type")
    grants = sandbox().grants
    if grant == "authorization_code":
        granted = grants.redeem(request.form.get("code", ""), request.form.get("redirect_uri", ""))
    elif grant == "refresh_token":
        granted = grants.refresh(request.form.get("refresh_token", ""))
    else:
        raise oauth_error("unsupported_grant_type", "UNSUPPORTED_GRANT_TYPE", f"unknown grant type {grant}")
    return _token_answer(granted)


def _token_answer(granted: Granted) -> dict[str, Any]:
    config = sandbox().config
    return {
        "token_type": "bearer",
        "access_token": granted.access_token,
        "refresh_token": granted.refresh_token,
        "expires_in": config.token_seconds,
        "hub_id": config.portal_id,
        "user_id": sandbox().grants.consenting_user(),
        "scopes": list(config.scopes),
    }


@oauth.post(f"/{VERSION}/token/introspect")
def introspect() -> dict[str, Any]:
    _check_client()
    return sandbox().grants.introspect(request.form.get("token", ""))


@oauth.post(f"/{VERSION}/token/revoke")
def revoke() -> tuple[str, int]:
    _check_client()
    sandbox().grants.revoke(request.form.get("token", ""))
    return "", 204


def _check_client() -> None:
    config = sandbox().config
    if request.mimetype != "application/x-www-form-urlencoded":
        raise HubError(415, "UNSUPPORTED_MEDIA_TYPE", "the body must be a form")
    right = hmac.compare_digest(request.form.get("client_secret", "").encode(), config.client_secret.encode())
    if request.form.get("client_id") != config.client_id or not right:
        raise oauth_error("invalid_client", "BAD_CLIENT_ID", "missing or invalid client id or secret", 401)
