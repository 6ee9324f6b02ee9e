"""Publishes the rooms of marked records."""

import random
from datetime import timedelta

from app.commands.publishing import publish_rooms
from app.domain.record import RecordKey
from app.ground import metrics
from app.storage import fault
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.fault import Work
from sync.backoff import LONGEST, NOT_ITS_FAULT, SET_ASIDE_AFTER, delay, note_fault
from sync.deps import Agent

BATCH = 50
LEASE = timedelta(seconds=30)


def publish_marked(agent: Agent, only: str = "") -> int:
    """How many marked records were looked at: up to a batch of every tenant, or of the one that is named. A snapshot
    is written only for a room whose content changed."""
    with agent.database.read() as connection:
        waiting = [only] if only else records.tenants_waiting(connection, "publish", agent.clock())
    random.shuffle(waiting)
    return sum(_publish_tenant(agent, tenant_id) for tenant_id in waiting)


def _publish_tenant(agent: Agent, tenant_id: str) -> int:
    with agent.database.write() as connection:
        claimed = records.claim(connection, "publish", agent.clock(), LEASE, BATCH, tenant_id)
    for _, key, fence in claimed:
        try:
            _publish(agent, tenant_id, key, fence)
        except NOT_ITS_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - one room that cannot be composed must not stop the others
            times = note_fault(agent, tenant_id, Work.PUBLISH, str(key), error)
            wait = delay(times) if times < SET_ASIDE_AFTER else LONGEST
            with agent.database.write() as connection:
                records.postpone(connection, "publish", tenant_id, [key], fence, agent.clock() + wait)
    return len(claimed)


def _publish(agent: Agent, tenant_id: str, key: RecordKey, fence: str) -> None:
    with agent.database.write() as connection:
        since = records.hold(connection, "publish", tenant_id, key, fence)
        if since is None:
            return  # marked again, or our lease ran out: whoever claims it next does all of it
        tenant = tenants.by_id(connection, tenant_id)
        if tenant is not None and publish_rooms(connection, tenant, key, agent.clock()):
            metrics.observe("publish", agent.clock() - since)
        records.clear(connection, "publish", tenant_id, [key], fence)
        fault.forget(connection, tenant_id, Work.PUBLISH, [str(key)])
