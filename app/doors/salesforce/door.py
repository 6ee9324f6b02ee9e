"""What the Salesforce door needs, handed in by bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.record import RecordKey
from app.doors.ports import (
    AdminTickets,
    AnswerKeeper,
    BuildAlways,
    CardSource,
    CommandDoor,
    NonceStore,
    TenantFinder,
)
from app.ground.clock import Clock, utc_now
from app.identity.tokens import Tokens
from cards.blocks import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmSession:
    """Whom an access token belongs to, as Salesforce itself says. `manages` is the custom permission
    Alongside_Manage. Ids have 18 characters."""

    organization_id: str
    user_id: str
    manages: bool = False


class SessionOwner(Protocol):
    def __call__(self, instance_url: str, oauth_token: str) -> CrmSession | None:
        """The owner of a live token; None for one that is not. Raises AppError CRM_UNAVAILABLE."""


class RecordAccess(Protocol):
    def __call__(self, instance_url: str, oauth_token: str, record: RecordKey) -> bool:
        """Whether the token's owner may read the record. Raises AppError CRM_UNAVAILABLE."""


class EmbedKey(Protocol):
    def __call__(self, organization_id: str, presented: str) -> bool:
        """Whether this is the key of that organization's own Apex."""


def no_embed_key(organization_id: str, presented: str) -> bool:  # noqa: ARG001 - has EmbedKey's shape
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesforceDoor:
    """`secrets` are the consumer secrets that may sign, newest first. `stand_in_origin` is the one origin beside
    Salesforce's own that may be an instance or frame the panel: that of a sandbox, or empty. With `tickets` admins
    find a way from the panel to the admin pages under `origin`. Without `is_embed_key` no Apex may mint codes."""

    secrets: tuple[str, ...]
    cards: CardSource
    commands: CommandDoor
    tenants: TenantFinder
    nonces: NonceStore
    session_owner: SessionOwner
    can_read: RecordAccess
    tokens: Tokens
    render: Callable[[Card], str]
    stand_in_origin: str = ""
    origin: str = ""
    tickets: AdminTickets | None = None
    is_embed_key: EmbedKey = no_embed_key
    clock: Clock = field(default=utc_now)
    answers: AnswerKeeper = field(default_factory=BuildAlways)
