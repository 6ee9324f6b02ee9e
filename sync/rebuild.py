"""Makes the working copy anew from the CRM alone. What is held already stays; a killed run goes on where it was.

While it runs nothing is written back for the tenant: half a copy must not overwrite the whole that the CRM has.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection

from app.crm.port import WorkPage
from app.domain.actor import SYSTEM
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.ground.log import get_logger
from app.ground.metrics import tally_of_calls
from app.storage import audit, plan, working_copy
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.working_copy import REBUILDING
from sync import ingest, poll, steps
from sync.aftermath import as_of_now
from sync.deps import Agent
from sync.pace import Pace, Progress
from sync.restoring import restore

BATCH = 100
ROUNDS = 1_000
"""Rounds of polling at most, of 20 pages each: more than the largest account has companies."""

log = get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Report:
    """What came back, by kind. `unreadable` bears our mark in the CRM and makes no sense, so a person should look."""

    tenant: Tenant
    resumed: bool = False
    restored: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    calls: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        by_operation: Counter[str] = Counter()
        for (operation, _), count in self.calls.items():
            by_operation[operation] += count
        return {
            "tenant": self.tenant.id,
            "resumed": self.resumed,
            "restored": dict(sorted(self.restored.items())),
            "unreadable": self.unreadable,
            "calls": {
                "total": sum(by_operation.values()),
                "by_operation": dict(sorted(by_operation.items())),
            },
        }


def discard(agent: Agent, tenant: Tenant, *, force: bool = False) -> None:
    """The working copy is gone. Raises AppError while something in it has not reached the CRM, unless forced."""
    with agent.database.write() as connection:
        unwritten = working_copy.unwritten(connection, tenant.id)
        if unwritten and not force:
            raise AppError(
                Reason.STATE_CONFLICT,
                f"{unwritten} changes have not reached the CRM yet and would be lost. Run `alongside sync once` "
                "first, or add --force.",
            )
        working_copy.discard(connection, tenant.id)


def rebuild(
    agent: Agent,
    tenant: Tenant,
    progress: Progress = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """After this we hold what the CRM holds of partner work. May be repeated at any time. Raises CrmError, and then
    the next call goes on from there."""
    report = Report(tenant=tenant)
    pace = Pace(tell=progress, sleep=sleep)
    with tally_of_calls() as calls:
        cursor = _begin(agent, tenant, report)
        _load(agent, tenant, pace)
        _restore_all(agent, tenant, cursor, report, pace)
        _fetch_places(agent, tenant, report, pace)
        _follow_steps(agent, tenant, pace)
        _end(agent, tenant, report)
    report.calls = dict(calls)
    return report


def _begin(agent: Agent, tenant: Tenant, report: Report) -> str:
    with agent.database.write() as connection:
        cursor = tenants.cursor(connection, tenant.id, REBUILDING)
        report.resumed = cursor is not None
        if cursor is None:
            tenants.move_cursor(connection, tenant.id, REBUILDING, "", agent.clock())
    return cursor or ""


def _load(agent: Agent, tenant: Tenant, pace: Pace) -> None:
    """Metadata and companies. The feeds of deals and tasks start here, so that nothing changes unseen from now on."""
    pace.ask(lambda: poll.first_load(agent, tenant))
    read = 0
    for _ in range(ROUNDS):
        found = pace.ask(lambda: poll.poll(agent, tenant).read)
        read += found
        if not found:
            break
        pace.tell(f"{read:,} companies and deals read")


def _restore_all(agent: Agent, tenant: Tenant, cursor: str, report: Report, pace: Pace) -> None:
    crm = agent.crm_of(tenant)
    more = True
    while more:
        page = pace.ask(partial(crm.partner_work, cursor))
        with agent.database.write() as connection:
            _take(connection, tenant, page, report)
            tenants.move_cursor(connection, tenant.id, REBUILDING, page.cursor, agent.clock())
        cursor, more = page.cursor, page.more
        pace.tell(f"{report.restored.total():,} pieces of partner work restored")


def _take(connection: Connection, tenant: Tenant, page: WorkPage, report: Report) -> None:
    report.restored += restore(connection, tenant.id, as_of_now(connection, tenant.id, page.items))
    report.unreadable += page.unreadable


def _fetch_places(agent: Agent, tenant: Tenant, report: Report, pace: Pace) -> None:
    """The records that partners work on, in batches. One that the CRM no longer has stays unknown."""
    with agent.database.read() as connection:
        missing = working_copy.places(connection, tenant.id, unknown=True)
    for start in range(0, len(missing), BATCH):
        pace.ask(partial(ingest.fetch, agent, tenant, missing[start : start + BATCH]))
        pace.tell(f"{min(start + BATCH, len(missing)):,} of {len(missing):,} records read")
    report.restored["record"] += len(missing)


def _follow_steps(agent: Agent, tenant: Tenant, pace: Pace) -> None:
    """What people made of the steps in the CRM since we wrote them."""
    with agent.database.read() as connection:
        ids = plan.all_in_crm(connection, tenant.id)
    for start in range(0, len(ids), BATCH):
        pace.ask(partial(steps.look_first, agent, tenant, ids[start : start + BATCH]))
        pace.tell(f"{min(start + BATCH, len(ids)):,} of {len(ids):,} steps looked at")


def _end(agent: Agent, tenant: Tenant, report: Report) -> None:
    with agent.database.write() as connection:
        tenants.lock(connection, tenant.id)
        now = agent.clock()
        detail = {kind: str(count) for kind, count in sorted(report.restored.items())}
        audit.append(connection, tenant.id, now, SYSTEM, "tenant.rebuild", None, detail)
        records.mark(connection, tenant.id, "publish", working_copy.places(connection, tenant.id), now)
        tenants.drop_cursor(connection, tenant.id, REBUILDING)
    agent.bell.ring("publish")
    agent.bell.ring("crm")
    log.info("rebuild.done", tenant=tenant.id, unreadable=report.unreadable)
