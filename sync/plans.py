"""Fits plans to what they rest on: a close date, stage or owner that moved, and days that pass."""

from datetime import timedelta

from app.domain.actor import SYSTEM
from app.domain.plan_dates import local_day
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import plan as steps
from app.storage import record as records
from app.storage import tenant as tenants
from sync.deps import Agent

BATCH = 50
LEASE = timedelta(seconds=60)

log = get_logger(__name__)


def settle_marked(agent: Agent, only: str = "") -> int:
    """How many records' plans were looked at: up to a batch of every tenant, or of the one that is named."""
    with agent.database.read() as connection:
        waiting = [only] if only else records.tenants_waiting(connection, "plan", agent.clock())
    return sum(_settle_tenant(agent, tenant_id) for tenant_id in waiting)


def _settle_tenant(agent: Agent, tenant_id: str) -> int:
    with agent.database.write() as connection:
        claimed = records.claim(connection, "plan", agent.clock(), LEASE, BATCH, tenant_id)
    for _, key, fence in claimed:
        try:
            agent.executor.run(tenant_id, SYSTEM, "plan.resolve", key, {}, f"plan-{fence}-{key}")
        except AppError as error:
            log.info("plans.skipped", tenant=tenant_id, reason=str(error.reason))
        with agent.database.write() as connection:
            records.clear(connection, "plan", tenant_id, [key], fence)
    return len(claimed)


def mark_late(agent: Agent) -> None:
    """A new day: the plans with something late are looked at, since each day moves what they say of the close date.
    Everything else in a plan moves when something happens."""
    now = agent.clock()
    with agent.database.read() as connection:
        everyone = tenants.all_of(connection)
    for tenant in everyone:
        with agent.database.write() as connection:
            late = steps.late_places(connection, tenant.id, local_day(now, tenant.time_zone))
            records.mark(connection, tenant.id, "plan", late, now)
    agent.bell.ring("publish")
