"""Salesforce canvas: what a signed request says, once its signature is proved.

Owns verification and reading of the envelope. Never parses a byte before the MAC over it is right, and never logs
one: the envelope carries the user's access token.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.record import ObjectKind, RecordKey
from app.ground.errors import AppError, Reason

MAX_LENGTH = 65_536
"""Characters. A real request is 3-6 KB; beyond this it is not one, and hashing it is free work for a stranger."""

ALGORITHMS = ("HMACSHA256", "HMAC-SHA256")
"""What the envelope may call the one MAC we compute. It is checked, never chosen from."""

OBJECT_KINDS = {
    "Opportunity": ObjectKind.DEAL,
    "Account": ObjectKind.COMPANY,
    "Contact": ObjectKind.CONTACT,
}
"""Salesforce's object names for the records that partner work hangs on, and for the people who do it."""

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?", re.ASCII)
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasRequest:
    """`digest` names this very envelope, for the once-only check: it covers exactly the text the MAC covers, so
    another spelling of the signature does not make a new request. `record` is what the page asked for: proved to be
    signed, not proved to be readable by the user. `page` is "admin" on the admin tab, which has no record. Origins
    and addresses are as sent."""

    organization_id: str
    organization_name: str
    user_id: str
    user_name: str
    full_name: str
    email: str
    language: str
    time_zone: str
    record: RecordKey | None
    page: str
    developer_name: str
    instance_id: str
    instance_url: str
    target_origin: str
    location_url: str
    oauth_token: str = field(repr=False)
    digest: str


def verify(signed_request: str, secrets: Sequence[str]) -> CanvasRequest:
    """The request that one of `secrets` signed. Raises AppError BAD_SIGNATURE when none did, MALFORMED when what
    was signed cannot be read, TOO_LARGE beyond the bound."""
    if len(signed_request) > MAX_LENGTH:
        raise AppError(Reason.TOO_LARGE, "The signed request is larger than Salesforce sends.")
    signature, separator, envelope = signed_request.partition(".")
    if not separator or not signature or not envelope or "." in envelope:
        raise AppError(Reason.MALFORMED, "The signed request has not the form signature.envelope.")
    text = _proved(signature, envelope, secrets)
    return _read(_object(text), hashlib.sha256(text).hexdigest())


def salesforce_id(text: str) -> str | None:
    """The 18-character form of a Salesforce id, or None if it is not an id. 15-character ids tell A from a; the
    three added characters say which of the 15 are capitals."""
    if not _ID.fullmatch(text):
        return None
    if len(text) == 18:  # noqa: PLR2004 - the length of the long form
        return text
    chunks = (text[0:5], text[5:10], text[10:15])
    return text + "".join(
        _SUFFIX[sum(1 << place for place, char in enumerate(chunk) if "A" <= char <= "Z")] for chunk in chunks
    )


def _proved(signature: str, envelope: str, secrets: Sequence[str]) -> bytes:
    """The envelope as bytes, if the signature over it is right under any secret. Every secret is tried, in constant
    time, so an answer does not tell which one is current."""
    try:
        claimed, text = _decode(signature), envelope.encode("ascii")
    except ValueError:
        raise AppError(Reason.BAD_SIGNATURE, "The signature of the request cannot be read.") from None
    right = False
    for secret in secrets:
        expected = hmac.new(secret.encode("utf-8"), text, hashlib.sha256).digest()
        right |= bool(secret) and hmac.compare_digest(expected, claimed)
    if not right:
        raise AppError(Reason.BAD_SIGNATURE, "The request was not signed by your Salesforce organization.")
    return text


def _decode(text: str) -> bytes:
    """Base64 in either alphabet, padded or not. Raises ValueError for anything else."""
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _object(envelope: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(_decode(envelope.decode("ascii")))
    except (ValueError, RecursionError):
        raise AppError(Reason.MALFORMED, "The signed envelope is not JSON.") from None
    if not isinstance(value, dict):
        raise AppError(Reason.MALFORMED, "The signed envelope is not a JSON object.")
    if value.get("algorithm", "HMACSHA256") not in ALGORITHMS:
        raise AppError(Reason.BAD_SIGNATURE, "The signed envelope names another algorithm.")
    return value


def _read(envelope: Mapping[str, Any], digest: str) -> CanvasRequest:
    """Reads leniently: Salesforce adds and leaves out keys, so only what identifies the session is required."""
    client, context = _part(envelope, "client"), _part(envelope, "context")
    user, organization = _part(context, "user"), _part(context, "organization")
    environment = _part(context, "environment")
    return CanvasRequest(
        organization_id=_required_id(organization, "organizationId"),
        organization_name=_text(organization, "name"),
        user_id=_required_id(user if user.get("userId") else envelope, "userId"),
        user_name=_text(user, "userName"),
        full_name=_text(user, "fullName") or _text(user, "userName"),
        email=_text(user, "email"),
        language=_text(user, "language") or "en_US",
        time_zone=_text(user, "timeZone") or "UTC",
        record=_record(_part(environment, "parameters")),
        page=_text(_part(environment, "parameters"), "page"),
        developer_name=_text(_part(context, "application"), "developerName"),
        instance_id=_text(client, "instanceId"),
        instance_url=_text(client, "instanceUrl"),
        target_origin=_text(client, "targetOrigin"),
        location_url=_text(environment, "locationUrl"),
        oauth_token=_required(client, "oauthToken"),
        digest=digest,
    )


def _part(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = value.get(key)
    return part if isinstance(part, dict) else {}


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key)
    # A lone surrogate is legal in JSON and in no encoding: it would fail much later, when it is written down.
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else ""


def _required(value: Mapping[str, Any], key: str) -> str:
    text = _text(value, key)
    if not text:
        raise AppError(Reason.MALFORMED, f"The signed envelope names no {key}.")
    return text


def _required_id(value: Mapping[str, Any], key: str) -> str:
    identifier = salesforce_id(_required(value, key))
    if identifier is None:
        raise AppError(Reason.MALFORMED, f"The signed envelope's {key} is not a Salesforce id.")
    return identifier


def _record(parameters: Mapping[str, Any]) -> RecordKey | None:
    kind = OBJECT_KINDS.get(_text(parameters, "objectApiName"))
    identifier = salesforce_id(_text(parameters, "recordId"))
    return RecordKey(kind, identifier) if kind and identifier else None
