"""Publishes the rooms of marked records."""

from datetime import timedelta

from app.commands.publishing import publish_rooms
from app.storage import record as records
from app.storage import tenant as tenants
from sync.deps import Agent

BATCH = 50
LEASE = timedelta(seconds=30)


def publish_marked(agent: Agent, only: str = "") -> int:
    """How many marked records were looked at, of one tenant if `only` names it; a snapshot is written only for a
    room whose content changed."""
    with agent.database.write() as connection:
        claimed = records.claim(connection, "publish", agent.clock(), LEASE, BATCH, only)
    for tenant_id, key, fence in claimed:
        with agent.database.write() as connection:
            tenant = tenants.by_id(connection, tenant_id)
            if tenant is not None:
                publish_rooms(connection, tenant, key, agent.clock())
            records.clear(connection, "publish", tenant_id, key, fence)
    return len(claimed)
