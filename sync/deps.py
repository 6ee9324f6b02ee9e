"""What the agent works with, handed in once when its process starts."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.commands.execute import Executor
from app.credentials.port import Issuer
from app.crm.budget import Budgets
from app.crm.events import EventSource
from app.crm.port import Crm
from app.domain.tenant import Tenant
from app.ground.bell import Bell
from app.ground.clock import Clock
from app.identity.vault import Vault
from app.storage.credential_feed import Feed
from app.storage.engine import Database


def _nobody_tells(_: Tenant) -> EventSource | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """`crm_of` gives a tenant's CRM; `executor` is the one door in, for what partners answered; `budgets` say which
    tenant's CRM to leave alone for now; `vault` opens the keys that tenants sign with; `events_of` opens the stream
    of a tenant whose CRM tells of its changes, and answers None for one that we have to ask; `issuer_of` reaches
    the issuer behind a feed of certificates; `send_mail(to, vendor, subject, text)` waits until a mail is sent."""

    database: Database
    bell: Bell
    clock: Clock
    crm_of: Callable[[Tenant], Crm]
    executor: Executor
    vault: Vault
    events_of: Callable[[Tenant], EventSource | None] = _nobody_tells
    issuer_of: Callable[[Feed], Issuer] | None = None
    send_mail: Callable[[str, str, str, str], None] | None = None
    budgets: Budgets = field(default_factory=Budgets)
