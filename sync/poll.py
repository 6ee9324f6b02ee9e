"""Asks the CRM what changed: the whole feed where there are no webhooks, the safety net where there are."""

from dataclasses import dataclass

from app.crm.port import Crm, TaskState
from app.domain.actor import SYSTEM
from app.domain.plan import StepStatus
from app.domain.record import ObjectKind
from app.domain.tenant import Tenant
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import plan as steps
from app.storage import record as records
from app.storage import tenant as tenants
from sync.deps import Agent
from sync.ingest import Wanted, store, wanted_fields

PAGES = 20
"""Pages of one kind per round, so that one busy tenant cannot hold a worker for ever."""

log = get_logger(__name__)


@dataclass(slots=True)
class Round:
    """What one round read and changed."""

    read: int = 0
    changed: int = 0
    tasks_read: int = 0
    tasks: int = 0


def poll(agent: Agent, tenant: Tenant, done: Round | None = None) -> Round:
    """One round for one tenant, counted in `done`. Each page's effect and its cursor are stored together. Raises
    CrmError."""
    done = done or Round()
    with agent.database.read() as connection:
        wanted = wanted_fields(connection, tenant.id)
    crm = agent.crm_of(tenant)
    for kind in (ObjectKind.COMPANY, ObjectKind.DEAL):
        _poll_kind(agent, tenant, crm, kind, wanted, done)
    _poll_tasks(agent, tenant, crm, done)
    if done.changed:
        agent.bell.ring("publish")
    return done


def load_if_new(agent: Agent, tenant: Tenant) -> bool:
    """True if this was the tenant's first load. Raises CrmError."""
    with agent.database.read() as connection:
        if tenants.stages(connection, tenant.id):
            return False
    first_load(agent, tenant)
    return True


def first_load(agent: Agent, tenant: Tenant) -> None:
    """What is needed before the first card: stages, owners, fields, and all companies for matching. Raises
    CrmError; may be repeated at any time."""
    crm = agent.crm_of(tenant)
    account, stages, owners = crm.whoami(), crm.stages(), crm.owners()
    infos = {kind: crm.fields(kind) for kind in (ObjectKind.DEAL, ObjectKind.COMPANY)}
    with agent.database.write() as connection:
        tenants.set_account(connection, tenant.id, account)
        tenants.set_stages(connection, tenant.id, stages)
        tenants.set_owners(connection, tenant.id, owners)
        for kind, found in infos.items():
            tenants.set_fields(connection, tenant.id, kind, found)
        if tenants.cursor(connection, tenant.id, "company") is None:
            tenants.move_cursor(connection, tenant.id, "company", "", agent.clock())
    crm.prepare()


def _poll_kind(agent: Agent, tenant: Tenant, crm: Crm, kind: ObjectKind, wanted: Wanted, done: Round) -> None:
    with agent.database.read() as connection:
        cursor = tenants.cursor(connection, tenant.id, str(kind))
    for _ in range(PAGES):
        changes = crm.changes(kind, cursor, wanted.fields[kind])
        with agent.database.write() as connection:
            known = records.known(connection, tenant.id, kind, [r.id for r in changes.records])
            mine = [r for r in changes.records if kind is ObjectKind.COMPANY or r.id in known]
            done.read += len(changes.records)
            done.changed += store(agent, connection, tenant, mine, None)
            tenants.move_cursor(connection, tenant.id, str(kind), changes.cursor, agent.clock())
        cursor = changes.cursor
        if not changes.more:
            return


def _poll_tasks(agent: Agent, tenant: Tenant, crm: Crm, done: Round) -> None:
    with agent.database.read() as connection:
        cursor = tenants.cursor(connection, tenant.id, "task")
    states, moved = crm.task_changes(cursor)
    done.tasks_read += len(states)
    for state in states:
        done.tasks += _apply_task(agent, tenant, state)
    with agent.database.write() as connection:
        tenants.move_cursor(connection, tenant.id, "task", moved, agent.clock())


def _apply_task(agent: Agent, tenant: Tenant, state: TaskState) -> bool:
    """True if a person completed or reopened the task in the CRM; our own write coming back changes nothing."""
    with agent.database.read() as connection:
        found = steps.get(connection, tenant.id, state.external_id)
    if found is None or (found[1].status is StepStatus.DONE) == state.done:
        return False
    command = "plan.complete_step" if state.done else "plan.reopen_step"
    try:
        agent.executor.run(
            tenant.id,
            SYSTEM,
            command,
            found[0],
            {"step_id": state.external_id},
            f"task-{state.crm_id}-{state.modified_at.timestamp()}",
        )
    except AppError as error:
        log.info("poll.task_ignored", tenant=tenant.id, reason=str(error.reason))
        return False
    return True
