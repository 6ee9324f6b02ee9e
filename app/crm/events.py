"""What a CRM tells by itself while we listen: changes in the order in which they were committed, and the place behind
them. An adapter that can do it stands on a stream; who cannot, is asked (app/crm/port.py, `changes`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.crm.port import CrmError
from app.domain.record import ObjectKind


class ChangeKind(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    RESTORED = "restored"
    UNCLEAR = "unclear"  # something happened to these records, and the CRM does not say what
    OVERFLOW = "overflow"  # more happened to records of this kind than the CRM tells one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmChange:
    """One change of one or more records of one kind. `kind` is None for a plan step, which `steps` then names by our
    own ids as far as the CRM said them. `fields` are our names of what changed; empty: it is not known which.
    `own` says that we ourselves made it, and nothing else with it."""

    what: ChangeKind
    kind: ObjectKind | None
    ids: Sequence[str]
    fields: frozenset[str] = frozenset()
    steps: Sequence[str] = ()
    own: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Store `position` with the effect of `changes`: it is where to go on. `unreadable` counts what was told and
    could not be understood, `others` what is about things we never follow."""

    changes: Sequence[CrmChange] = field(default=())
    position: str
    unreadable: int = 0
    others: int = 0


class PositionLost(CrmError):
    """The CRM no longer knows the position, or no longer has what followed it."""


class NotOffered(CrmError):
    """This account tells nothing by itself: the feature is off, or we may not use it."""


class EventSource(Protocol):
    """One account's stream. Used by one thread; `close` may be called by any."""

    def listen(self, position: str) -> Iterator[Batch]:
        """Everything behind `position`, batch by batch, until the stream ends; an empty position: from now on. A
        batch without changes says that the stream lives. The next batch is asked for when the caller comes back for
        it. Raises PositionLost, NotOffered, AuthExpired, RateLimited or Unavailable."""

    def close(self) -> None:
        """Ends the stream, also one that another thread waits on."""
