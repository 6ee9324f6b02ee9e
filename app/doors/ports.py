"""What the CRM doors ask of the house. Bootstrap hands them in, so a door knows no rule and no table."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from app.commands.context import CommandResult
from app.domain.actor import Actor
from app.domain.record import CrmKind, RecordKey
from app.domain.tenant import Tenant
from cards.blocks import Card

__all__ = [
    "LIVE_CARDS",
    "AdminTickets",
    "AnswerKeeper",
    "CardSightings",
    "CardSource",
    "CommandDoor",
    "CommandResult",
    "EventStore",
    "NonceStore",
    "People",
    "SettingsSource",
    "TenantFinder",
]


T = TypeVar("T")

LIVE_CARDS = frozenset({"sharing"})
"""Cards that ask the CRM itself whenever they are opened: their answers are never kept."""


class AnswerKeeper(Protocol):
    def get(self, key: Hashable, place: Callable[[], tuple[str, RecordKey]], build: Callable[[], T]) -> T:
        """What `build` makes for this key, or made for it before, while nothing has changed since at the tenant and
        record that `place` names."""


class BuildAlways:
    """Keeps nothing."""

    def get(
        self,
        key: Hashable,  # noqa: ARG002 - the port's signature
        place: Callable[[], tuple[str, RecordKey]],  # noqa: ARG002
        build: Callable[[], T],
    ) -> T:
        return build()


class CardSource(Protocol):
    def card(
        self, tenant_id: str, actor: Actor, record: RecordKey, name: str, params: Mapping[str, str]
    ) -> Card:
        """The card as this actor may see it now. Raises AppError for an unknown card or record."""


class CommandDoor(Protocol):
    def run(
        self,
        tenant_id: str,
        actor: Actor,
        name: str,
        record: RecordKey | None,
        fields: Mapping[str, object],
        key: str,
    ) -> CommandResult:
        """Execute the command once per idempotency `key`. Raises AppError when it is refused."""


class TenantFinder(Protocol):
    def by_account(self, crm: CrmKind, account_id: str) -> Tenant | None:
        """The tenant that is connected to this CRM account, or None."""


class NonceStore(Protocol):
    def take(self, value: str, until: datetime) -> bool:
        """True for the first caller of `value`, False for every later one until `until` has passed."""


class People(Protocol):
    def name_of(self, tenant_id: str, email: str) -> str:
        """The name of the CRM user with this address; the part before the @ where the CRM names nobody."""


class AdminTickets(Protocol):
    def issue(self, tenant_id: str, actor: Actor) -> str:
        """A ticket that opens the admin pages once, within a minute."""


class SettingsSource(Protocol):
    def overview(self, tenant_id: str, actor: Actor, called: str) -> Mapping[str, Any]:
        """The account, its set-up, health and partners. `called` is the origin that the page was told to call."""

    def safelist(self, tenant_id: str, type_name: str) -> Mapping[str, Any]:
        """What a type of partner sees, field by field. Raises AppError for an unknown type."""

    def reach(self, tenant_id: str, body: object) -> Mapping[str, Any]:
        """How far it would reach if `body` were the policy. Raises AppError for one that cannot be."""


class CardSightings(Protocol):
    def card(self, tenant_id: str, place: str, kind: str) -> None:
        """A card was opened in this place of the CRM, on this kind of record."""


class EventStore(Protocol):
    def keep(self, events: Sequence[tuple[Tenant, str, Mapping[str, object]]]) -> None:
        """Stores each event (its tenant, its key and its body) unless its key is known, and wakes the agent."""
