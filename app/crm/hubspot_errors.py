"""What HubSpot's refusals mean: one table by status, one by rate limit, and the sentence to show."""

import json
import re
from collections.abc import Mapping
from typing import Any

from app.crm.port import Conflict, CrmError, Forbidden, NotFound, RateLimited, Rejected, Unavailable

BY_STATUS: Mapping[int, type[CrmError]] = {
    400: Rejected,
    403: Forbidden,
    404: NotFound,
    405: Rejected,
    408: Unavailable,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    413: Rejected,
    414: Rejected,
    415: Rejected,
    422: Rejected,
    423: RateLimited,
    429: RateLimited,
    477: RateLimited,
}
"""Any other 4xx is a refusal; everything else (3xx, 5xx, 52x) leaves open whether the call took effect.
401 is not here: the transport renews the token first."""

SECONDS_BY_POLICY: Mapping[str, float] = {
    "TEN_SECONDLY_ROLLING": 10,
    "SECONDLY": 1,
    "DAILY": 3600,
}
SECONDS_BY_STATUS: Mapping[int, float] = {
    423: 2,  # locked: other writes to the same records are under way
    477: 60,  # the account moves to another data centre; normally comes with Retry-After
}
DEFAULT_SECONDS = 10.0
MAX_SECONDS = 86_400.0
MAX_SENTENCE = 500
PASSING = frozenset({"RATE_LIMITS", "INTERNAL_ERROR"})
MISSING = "OBJECT_NOT_FOUND"
"""Categories of what HubSpot says of single inputs of a batch (207)."""


def error_of(status: int, headers: Mapping[str, str], body: object) -> CrmError:
    """The port's error for an answer of HubSpot other than 2xx."""
    known = BY_STATUS.get(status) or (Rejected if 400 <= status < 500 else Unavailable)  # noqa: PLR2004 - 4xx
    if known is RateLimited:
        return RateLimited(sentence(body, "HubSpot asks us to wait."), retry_after(status, headers, body))
    if known is Unavailable:
        return Unavailable(f"HubSpot answered {status}.")
    return known(sentence(body, f"HubSpot refused this with status {status}."))


def results(answer: Mapping[str, Any]) -> list[Any]:
    """What a batch read found. Raises Unavailable where HubSpot could not tell of all inputs: what it left out for
    another reason than that it is missing would be taken for deleted."""
    for error in answer.get("errors", ()):
        if error.get("category") != MISSING:
            raise Unavailable(f"HubSpot answered for only some of a batch: {sentence(error)}")
    return list(answer["results"])


def retry_after(status: int, headers: Mapping[str, str], body: object) -> float:
    """Seconds to wait: HubSpot's own header, or what the limit it names takes to refill."""
    named = {key.lower(): value for key, value in headers.items()}.get("retry-after", "")
    if re.fullmatch(r"\d{1,7}", named.strip()):
        return min(max(float(named), 1.0), MAX_SECONDS)
    if isinstance(body, dict):
        policy, message = str(body.get("policyName", "")), str(body.get("message", "")).lower()
        if policy in SECONDS_BY_POLICY:
            return SECONDS_BY_POLICY[policy]
        if re.search(r"\bsecondly limit", message):
            return SECONDS_BY_POLICY["SECONDLY"]
    return SECONDS_BY_STATUS.get(status, DEFAULT_SECONDS)


def sentence(body: object, otherwise: str = "HubSpot refused this.") -> str:
    """HubSpot's own reason without the wrapping a seller cannot read."""
    if not isinstance(body, dict):
        return otherwise
    if body.get("category") == "MISSING_SCOPES":
        return f"HubSpot did not grant the app this right. Connect it again with: {_scopes(body)}."
    found = _details(body.get("errors")) or _embedded(str(body.get("message", "")))
    text = " ".join(dict.fromkeys(found)) or str(body.get("message") or otherwise)
    return text if len(text) <= MAX_SENTENCE else text[: MAX_SENTENCE - 1] + "…"


def _details(errors: object) -> list[str]:
    if not isinstance(errors, list):
        return []
    return [str(one["message"]) for one in errors if isinstance(one, dict) and one.get("message")]


def _embedded(message: str) -> list[str]:
    """`Property values were not valid: [{…}]` holds the readable sentences as JSON inside the message."""
    start = message.find("[{")
    if start < 0:
        return []
    try:
        return _details(json.loads(message[start:]))
    except ValueError:
        return []


def _scopes(body: Mapping[str, Any]) -> str:
    scopes: list[str] = []
    for one in body.get("errors") or []:
        context = one.get("context") if isinstance(one, dict) else None
        if isinstance(context, dict):
            scopes += [str(scope) for scope in context.get("requiredGranularScopes") or []]
    return ", ".join(scopes) or "all scopes it asks for"
