"""What the adapters share: reading another system's JSON without trusting its shape."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

from app.credentials.port import IssuerError
from app.credentials.web import Answer


def dig(body: Any, *path: str) -> Any:
    """What lies at the path, None where there is nothing."""
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def text(body: Any, *path: str, limit: int = 200) -> str:
    """The text or number at the path, "" for anything else."""
    value = dig(body, *path)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\x00", "").strip()[:limit]


def day(value: str) -> str | None:
    """The ISO date that a text begins with; None where it begins with none."""
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None


def moment(value: str) -> str | None:
    """The time a text names, in UTC if it says no zone; None where it names none."""
    try:
        found = datetime.fromisoformat(value.replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()


def months_after(start: str | None, months: int) -> str | None:
    """The last day of a certificate that holds for so many months; None where either is missing."""
    if not start or not months:
        return None
    begun = date.fromisoformat(start)
    year, month = divmod(begun.month - 1 + months, 12)
    year += begun.year
    for last in range(begun.day, 27, -1):  # 31 January and one month is 28 February
        try:
            return date(year, month + 1, last).isoformat()
        except ValueError:
            continue
    return date(year, month + 1, min(begun.day, 28)).isoformat()


def expect(answer: Answer, issuer: str) -> Any:
    """The JSON of a good answer, None for one that says there is nothing. Raises IssuerError for all others."""
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return None
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise IssuerError(f"{issuer} does not take the token. Enter a new one.", retry=False)
    if answer.status != HTTPStatus.OK:
        busy = (
            answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        )
        raise IssuerError(f"{issuer} answered {answer.status}.", retry=busy)
    return answer.json()
