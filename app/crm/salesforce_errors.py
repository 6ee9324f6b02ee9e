"""Salesforce's error codes as the port's errors: a table to hold against the vendor's documents."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from app.crm.port import (
    AuthExpired,
    Conflict,
    CrmError,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)

DAY_LIMIT_PAUSE = 900.0
"""Seconds. The daily limit is a rolling 24 hours, so some of it comes back all the time."""

CONCURRENCY_PAUSE = 30.0


class Busy(Unavailable):
    """A moment's trouble: the same call is worth repeating at once."""


BUSY = frozenset(
    {
        "UNABLE_TO_LOCK_ROW",
        "SERVER_UNAVAILABLE",
        "REQUEST_RUNNING_TOO_LONG",
        "QUERY_TIMEOUT",
        "CONCURRENT_REQUESTS_LIMIT_EXCEEDED",
    }
)

GONE = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY"})

_ERRORS: Mapping[str, type[CrmError]] = {
    **dict.fromkeys(BUSY, Busy),
    "INVALID_SESSION_ID": AuthExpired,
    "INVALID_AUTH_HEADER": AuthExpired,
    "API_DISABLED_FOR_ORG": AuthExpired,
    "NOT_FOUND": NotFound,
    "ENTITY_IS_DELETED": NotFound,
    "DUPLICATE_VALUE": Conflict,
    "DUPLICATE_EXTERNAL_ID": Conflict,
    "UNKNOWN_EXCEPTION": Unavailable,
    "INVALID_QUERY_LOCATOR": Unavailable,
}
"""Every other code is a refusal."""


def error_of(status: int, content: Any) -> CrmError:
    """The port's error for an answer that is none."""
    code, message = _first(content)
    if code == "REQUEST_LIMIT_EXCEEDED":
        daily = "TotalRequests" in message
        return RateLimited(message, DAY_LIMIT_PAUSE if daily else CONCURRENCY_PAUSE)
    if code in _ERRORS:
        return _ERRORS[code](message)
    if status == HTTPStatus.UNAUTHORIZED:
        return AuthExpired(message)
    if status == HTTPStatus.FORBIDDEN:
        return Forbidden(message)
    return NotFound(message) if status == HTTPStatus.NOT_FOUND else Rejected(message)


def _first(content: Any) -> tuple[str, str]:
    entry = content[0] if isinstance(content, list) and content else content
    if not isinstance(entry, dict):
        return "", "Salesforce refused the request."
    return str(entry.get("errorCode") or ""), str(entry.get("message") or "Salesforce refused the request.")


def codes(errors: Sequence[Mapping[str, Any]]) -> set[str]:
    """The codes of a row's errors; a collection says statusCode where an answer says errorCode."""
    return {str(error.get("statusCode") or error.get("errorCode") or "") for error in errors}


def sentence(errors: Sequence[Mapping[str, Any]]) -> str:
    """What Salesforce says about a refused row, in its own words."""
    said = [str(error.get("message") or error.get("statusCode") or "") for error in errors]
    return " ".join(filter(None, said)) or "Salesforce refused the record."
