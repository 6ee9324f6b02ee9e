"""Publishes the rooms of marked records."""

import random
from datetime import timedelta

from sqlalchemy import Connection

from app.commands.publishing import publish_room, rooms_of
from app.domain.record import RecordKey
from app.domain.tenant import Tenant
from app.ground import metrics
from app.storage import fault
from app.storage import policy as policies
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
            error = _publish(agent, tenant_id, key, fence)
        except NOT_ITS_FAULT:
            raise
        except Exception as raised:  # noqa: BLE001 - one record that cannot be published must not stop the others
            error = raised
        if error is not None:
            times = note_fault(agent, tenant_id, Work.PUBLISH, str(key), error)
            wait = delay(times) if times < SET_ASIDE_AFTER else LONGEST
            with agent.database.write() as connection:
                records.postpone(connection, "publish", tenant_id, [key], fence, agent.clock() + wait)
    return len(claimed)


def _publish(agent: Agent, tenant_id: str, key: RecordKey, fence: str) -> Exception | None:
    """What kept a room of the record from being composed; then the record still waits, its other rooms do not."""
    with agent.database.write() as connection:
        since = records.hold(connection, "publish", tenant_id, key, fence)
        if since is None:
            return None  # marked again, or our lease ran out: whoever claims it next does all of it
        tenant = tenants.by_id(connection, tenant_id)
        written, error = _rooms(agent, connection, tenant, key) if tenant else (0, None)
        if written:
            metrics.observe("publish", agent.clock() - since)
        if error is None:
            records.clear(connection, "publish", tenant_id, [key], fence)
            fault.forget(connection, tenant_id, Work.PUBLISH, [str(key)])
        return error


def _rooms(
    agent: Agent, connection: Connection, tenant: Tenant, key: RecordKey
) -> tuple[int, Exception | None]:
    """How many snapshots were written, and the first failure. Each room by itself: one that cannot be composed would
    otherwise hold back every other partner's, who would learn that it is there."""
    now, written, failure = agent.clock(), 0, None
    policy = policies.current(connection, tenant.id)
    for partner in rooms_of(connection, tenant, key, now):
        try:
            with connection.begin_nested():
                written += publish_room(connection, tenant, key, partner, policy, now)
        except NOT_ITS_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            failure = failure or error
    return written, failure
