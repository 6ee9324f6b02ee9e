"""The first load of an account: all its companies, because registrations are matched against them. Deals are read
when somebody opens one, so their number does not matter. A run that was killed goes on behind its last page."""

import time
from collections.abc import Callable

from app.domain.record import ObjectKind
from app.domain.tenant import Tenant
from app.storage import loading
from app.storage import tenant as tenants
from app.storage.loading import Loading
from sync import poll
from sync.deps import Agent
from sync.ingest import wanted_fields
from sync.pace import Pace

MOST_PAGES = 500
"""Pages that one job of the agent takes, of 200 companies in HubSpot: within its ten minutes at four searches a
second. The next poll goes on."""


def under_way(agent: Agent, tenant: Tenant) -> Loading | None:
    with agent.database.read() as connection:
        return loading.of(connection, tenant.id)


def load(
    agent: Agent,
    tenant: Tenant,
    tell: Callable[[Loading], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    pages: int = 0,
) -> int:
    """How many companies were read, up to `pages` of them if any are named. Raises CrmError; call it again."""
    pace = Pace(tell=lambda _: None, sleep=sleep)
    pace.ask(lambda: poll.load_if_new(agent, tenant))
    crm, total, taken = agent.crm_of(tenant), 0, 0
    with agent.database.read() as connection:
        wanted = wanted_fields(connection, tenant.id).fields[ObjectKind.COMPANY]
    while (now := under_way(agent, tenant)) and not (pages and taken >= pages):
        tell(now)
        with agent.database.read() as connection:
            cursor = tenants.cursor(connection, tenant.id, str(ObjectKind.COMPANY))
        found = pace.ask(lambda at=cursor: crm.changes(ObjectKind.COMPANY, at, wanted))  # type: ignore[misc]
        total += poll.take(agent, tenant, crm, ObjectKind.COMPANY, found)
        taken += 1
    if total:
        agent.bell.ring("publish")
    return total
