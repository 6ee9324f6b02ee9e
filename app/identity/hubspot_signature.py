"""HubSpot's request signature, version 3: base64(HMAC-SHA256(client secret, method + URI + body + timestamp)).

Source: developers.hubspot.com, "Validating requests". The URI is the public one, with twelve escapes decoded; no
published vector has an escape in it, so both the raw and the decoded form are accepted.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from app.ground.clock import from_millis
from app.ground.errors import AppError, Reason

SIGNATURE_HEADER = "X-HubSpot-Signature-v3"
TIMESTAMP_HEADER = "X-HubSpot-Request-Timestamp"

WINDOW = timedelta(minutes=5)
"""How far a request's timestamp may lie from our clock, on either side."""

ESCAPES = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}
"""The escapes that HubSpot decodes before it signs; all others stay as they are."""

SIGNATURE_LENGTH = 200
"""Characters; a real one has 44. Longer ones are refused before anything is computed."""

APPENDED = ("userId", "portalId", "userEmail", "appId")
"""What HubSpot's proxy appends to the URL of a card's request. Card code could append its own, so each may occur
only once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A request as it came in. `target` is the raw path and query, never decoded by a framework."""

    method: str
    target: str
    body: bytes
    signature: str
    timestamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubspotUser:
    """Who sits in front of the card, as HubSpot signed it."""

    portal_id: str
    user_id: str
    email: str


def verify(request: SignedRequest, secrets: Sequence[str], origin: str, now: datetime) -> None:
    """Returns only if the request was signed with one of `secrets`, over `origin`, within five minutes of `now`.
    Raises AppError otherwise; nothing in a header can make it raise anything else."""
    _check_time(request.timestamp, now)
    if not request.signature or len(request.signature) > SIGNATURE_LENGTH or not request.signature.isascii():
        raise AppError(Reason.BAD_SIGNATURE, "This request is not signed by HubSpot.")
    given = request.signature.encode("ascii")
    forms = {origin + request.target, origin + _decode(request.target)}
    matches = [
        hmac.compare_digest(sign(secret, request.method, uri, request.body, request.timestamp), given)
        for secret in secrets
        if secret
        for uri in forms
    ]
    if not any(matches):
        raise AppError(Reason.BAD_SIGNATURE, "This request is not signed by HubSpot.")


def sign(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> bytes:
    """The signature of a request, as the header carries it."""
    message = method.encode() + uri.encode("utf-8", "surrogateescape") + body + timestamp.encode()
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest())


def user_of(target: str) -> HubspotUser:
    """The user that HubSpot appended to a verified URL. Raises AppError where one of the parameters is missing,
    empty or there twice."""
    try:
        pairs = parse_qsl(urlsplit(target).query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise AppError(Reason.MALFORMED, "The address of this request cannot be read.") from None
    values: dict[str, str] = {}
    for name in APPENDED:
        found = [value for key, value in pairs if key == name]
        if len(found) != 1 or not found[0]:
            raise AppError(
                Reason.BAD_SIGNATURE, f"HubSpot names {name} once in every request; this one does not."
            )
        values[name] = found[0]
    return HubspotUser(
        portal_id=values["portalId"], user_id=values["userId"], email=values["userEmail"].lower()
    )


def _check_time(timestamp: str, now: datetime) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):  # noqa: PLR2004 - year 33658
        raise AppError(Reason.BAD_SIGNATURE, "This request carries no time.")
    try:
        sent = from_millis(int(timestamp))
    except (ValueError, OverflowError, OSError):
        raise AppError(Reason.STALE_REQUEST, "This request is too old, or its clock is wrong.") from None
    if abs(now - sent) > WINDOW:
        raise AppError(Reason.STALE_REQUEST, "This request is too old, or its clock is wrong.")


def _decode(target: str) -> str:
    decoded = target
    for escape, character in ESCAPES.items():
        decoded = decoded.replace(escape, character).replace(escape.lower(), character)
    return decoded
