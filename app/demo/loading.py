"""What both loaders share: one HTTP connection to a sandbox, and the account of what was loaded."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import requests

from app.demo.pipeline import Pipeline
from app.ground.errors import AppError, Reason

TIMEOUT = (5, 60)
"""Seconds to connect and to answer: a batch of 200 rows may take a stand-in a second on a slow machine."""

TRIES = 8
"""A stand-in counts its calls as the vendor does; a load that is too quick waits for the next window."""

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Loaded:
    """The CRM's ids by key, what was new, and the CRM's own sentence for each key that it refused."""

    owners: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    deals: dict[str, str] = field(default_factory=dict)
    created: int = 0
    updated: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "created": self.created,
            "updated": self.updated,
            "refused": self.refused,
            "deals": len(self.deals),
            "accounts": len(self.accounts),
            "contacts": len(self.contacts),
            "owners": len(self.owners),
        }


class Loader(Protocol):
    """What `app.demo.load_hubspot` and `app.demo.load_salesforce` offer."""

    def load(self, pipeline: Pipeline) -> Loaded:
        """After this the pipeline is in the CRM; what was there from an earlier load is updated."""


class Wire:
    """Calls one origin with one token. Raises AppError with a sentence for a person when that fails."""

    def __init__(self, origin: str, token: str = "") -> None:
        self.origin = origin.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self._session.close()

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        """The answer, whatever its status; a 429 is waited out."""
        for attempt in range(TRIES):
            try:
                answer = self._session.request(
                    method, self.origin + path, timeout=TIMEOUT, allow_redirects=False, **more
                )
            except requests.RequestException:
                raise AppError(
                    Reason.CRM_UNAVAILABLE,
                    f"Nothing answers at {self.origin}. Start it with `alongside demo`.",
                ) from None
            if answer.status_code != 429:
                return answer
            time.sleep(_wait(answer.headers, attempt))
        raise AppError(Reason.RATE_LIMITED, f"{self.origin} keeps asking to wait. Try again in a minute.")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON answer to a call that has to succeed."""
        answer = self.send(method, path, json=body)
        if not answer.ok:
            raise AppError(Reason.CRM_REFUSED, f"{path} was refused: {sentence_of(answer)}")
        return answer.json() if answer.content else None


def _wait(headers: Mapping[str, str], attempt: int) -> float:
    try:
        return min(float(headers["Retry-After"]), 30.0)
    except (KeyError, ValueError):
        return float(min(2**attempt / 2, 10))


def sentence_of(answer: requests.Response) -> str:
    """The vendor's own message, cut where it is long."""
    try:
        body = answer.json()
    except ValueError:
        return f"status {answer.status_code}"
    first = body[0] if isinstance(body, list) and body else body
    text = first.get("message") or first.get("error_description") if isinstance(first, dict) else ""
    return str(text or f"status {answer.status_code}")[:300]


def chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
