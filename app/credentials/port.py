"""What Alongside asks of an issuer: which awards a notification hints at, and how one of them stands now.

A notification is only a hint. What counts is fetched again by its id, so that nobody can make an award up by post.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class IssuerError(Exception):
    """The issuer did not answer as it should; `message` is for an admin. `retry` says whether to ask again."""

    def __init__(self, message: str, *, retry: bool) -> None:
        super().__init__(message)
        self.message = message
        self.retry = retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to reach one issuer's account. `organisation` is its id there, where an address needs one."""

    origin: str
    token: str
    organisation: str = ""
    months: int = 0


class Issuer(Protocol):
    def subjects(self, body: Any) -> Sequence[str]:
        """The ids to fetch that a notification names; none for one that is about something else. Never raises."""

    def fetch(self, subject: str) -> Mapping[str, Any] | None:
        """The award as the issuer has it now, as fields of a statement; None where there is no award yet. Raises
        IssuerError."""
