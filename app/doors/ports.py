"""What the CRM doors ask of the house. Bootstrap hands them in, so a door knows no rule and no table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.domain.actor import Actor
from app.domain.record import CrmKind, RecordKey
from app.domain.tenant import Tenant
from cards.blocks import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What a command did: values for the caller (`url` is shown once) and a sentence for the person."""

    result: Mapping[str, object] = field(default_factory=dict)
    message: str = ""


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
