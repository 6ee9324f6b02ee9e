"""Token and user info endpoints, with the vendor's answers to what is wrong."""

from typing import Any

import jwt
from flask import Blueprint, Response, current_app, jsonify, request

from app.sandbox.salesforce.org import Org

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SKEW = 180
"""Seconds a JWT may lie outside its life, as Salesforce allows."""

blueprint = Blueprint("salesforce_oauth", __name__)


def the_org() -> Org:
    org: Org = current_app.extensions["salesforce"]
    return org


class _Denied(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": description}


@blueprint.post("/services/oauth2/token")
def token() -> tuple[Response, int]:
    org = the_org()
    try:
        user_id = _granted(org)
    except _Denied as denied:
        return jsonify(denied.body), 400
    return jsonify(
        access_token=org.issue_session(user_id),
        scope="api refresh_token",
        instance_url=org.config.instance_url,
        id=f"https://login.salesforce.com/id/{org.config.org_id}/{user_id}",
        token_type="Bearer",  # noqa: S106 - the scheme's name
    ), 200


def _granted(org: Org) -> str:
    if request.form.get("grant_type") != JWT_BEARER:
        raise _Denied("unsupported_grant_type", "grant type not supported")
    return _bearer_of(org, request.form.get("assertion", ""))


def _bearer_of(org: Org, assertion: str) -> str:
    """The user a JWT speaks for. The order of the checks is the order of the vendor's complaints."""
    try:
        claimed = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise _Denied("invalid_grant", "invalid assertion") from None
    if claimed.get("iss") != org.config.consumer_key:
        raise _Denied("invalid_client_id", "client identifier invalid")
    try:
        claims = jwt.decode(
            assertion,
            org.config.public_key_pem,
            algorithms=["RS256"],
            audience=list(org.config.audiences),
            leeway=SKEW,
            options={"require": ["iss", "sub", "aud", "exp"], "verify_exp": False},
        )
    except jwt.InvalidAudienceError:
        raise _Denied("invalid_grant", "audience is invalid") from None
    except jwt.InvalidTokenError:
        raise _Denied("invalid_grant", "invalid assertion") from None
    _in_time(org, claims)
    user_id = org.user_named(str(claims["sub"]))
    if user_id is None or not org.approved:
        raise _Denied("invalid_grant", "user hasn't approved this consumer")
    return user_id


def _in_time(org: Org, claims: dict[str, Any]) -> None:
    """Checked against the org's own clock, which a test may hold."""
    try:
        left = float(claims["exp"]) - org.config.clock().timestamp()
    except (TypeError, ValueError):
        raise _Denied("invalid_grant", "invalid assertion") from None
    if left < -SKEW:
        raise _Denied("invalid_grant", "expired authorization code")
    if left > 2 * SKEW:
        raise _Denied("invalid_grant", "assertion expires too far in the future")


@blueprint.route("/services/oauth2/userinfo", methods=["GET", "POST"])
def userinfo() -> tuple[Response, int] | tuple[str, int]:
    org = the_org()
    bearer = bearer_token()
    if not bearer:
        return "Missing_OAuth_Token", 403
    user_id = org.session_user(bearer)
    if user_id is None:
        return "Bad_OAuth_Token", 403
    user = org.user(user_id)
    home = org.config.instance_url
    return jsonify(
        sub=f"https://login.salesforce.com/id/{org.config.org_id}/{user_id}",
        user_id=user_id,
        organization_id=org.config.org_id,
        preferred_username=user["Username"],
        nickname=str(user["Username"]).split("@")[0],
        name=user["Name"],
        given_name=user["FirstName"],
        family_name=user["LastName"],
        email=user["Email"],
        email_verified=True,
        zoneinfo=user["TimeZoneSidKey"],
        locale=user["LocaleSidKey"],
        language="en_US",
        user_type="STANDARD",
        active=bool(user["IsActive"]),
        utcOffset=0,
        updated_at=user["LastModifiedDate"],
        profile=f"{home}/{user_id}",
        urls={
            "rest": f"{home}/services/data/v{{version}}/",
            "query": f"{home}/services/data/v{{version}}/query/",
        },
        is_app_installed=True,
    ), 200


def bearer_token() -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() in ("bearer", "oauth") else ""
