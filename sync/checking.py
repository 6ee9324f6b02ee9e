"""Looks for conflicts on records that changed in the CRM: one mark each, however often they change."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.domain.actor import SYSTEM
from app.domain.record import ObjectKind, Record, RecordKey
from app.ground.errors import AppError
from app.ground.ids import new_id
from app.ground.log import get_logger
from app.storage import record as records
from app.storage import registration as registrations
from sync.backoff import FIRST, NOT_ITS_FAULT
from sync.deps import Agent

PURPOSE = "check"

LEASE = timedelta(seconds=120)
"""Longer than a batch takes: each check is a transaction of our own, without a call to a CRM."""

BATCH = 50

log = get_logger(__name__)


def tells(record: Record, held: Mapping[RecordKey, Record]) -> bool:
    """Whether what changed can make a conflict: a stage or an amount of a deal we knew cannot."""
    old = held.get(record.key)
    if old is None or record.key.object is ObjectKind.DEAL:
        return old is None or old.company_id != record.company_id
    return any(old.fields.get(name) != record.fields.get(name) for name in ("name", "domain", "parent"))


def mark_near(connection: Connection, tenant_id: str, changed: Sequence[Record], now: datetime) -> bool:
    """Deals at a customer that somebody registered, and such customers themselves, are looked at for conflicts; one
    question to the database for all of them. True if any are."""
    homes = {home for record in changed if (home := _home(record))}
    if not homes or not registrations.any_live(connection, tenant_id):
        return False
    near = registrations.live_near(connection, tenant_id, sorted(homes))
    mine = [record.key for record in changed if _home(record) in near]
    records.mark(connection, tenant_id, PURPOSE, mine, now)
    return bool(mine)


def _home(record: Record) -> str | None:
    return record.company_id if record.key.object is ObjectKind.DEAL else record.key.crm_id


def check_marked(agent: Agent) -> int:
    """How many records were looked at, of every tenant."""
    with agent.database.read() as connection:
        waiting = records.tenants_waiting(connection, PURPOSE, agent.clock())
    random.shuffle(waiting)
    return sum(_check_tenant(agent, tenant_id) for tenant_id in waiting)


def _check_tenant(agent: Agent, tenant_id: str) -> int:
    with agent.database.write() as connection:
        claimed = records.claim(connection, PURPOSE, agent.clock(), LEASE, BATCH, tenant_id)
    for _, key, fence in claimed:
        try:
            agent.executor.run(tenant_id, SYSTEM, "conflict.check", key, {}, f"check-{new_id()}")
        except NOT_ITS_FAULT:
            raise
        except AppError as error:
            log.info("checking.skipped", tenant=tenant_id, reason=str(error.reason))
        except Exception:
            log.exception("checking.failed", tenant=tenant_id)
            with agent.database.write() as connection:
                records.postpone(connection, PURPOSE, tenant_id, [key], fence, agent.clock() + FIRST)
            continue
        with agent.database.write() as connection:
            records.clear(connection, PURPOSE, tenant_id, [key], fence)
    return len(claimed)
