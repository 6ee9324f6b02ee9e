"""Asks the CRM what changed: the whole feed where there are no webhooks, the safety net where there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.crm.news import Feed, News, news
from app.crm.port import Changes, Crm, CrmRecord, KnowsSize
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.clock import from_iso
from app.ground.log import get_logger
from app.storage import event_feed as feeds
from app.storage import loading
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from sync import metadata, people, places, steps
from sync.deps import Agent
from sync.ingest import Wanted, companies_of, store, wanted_fields

PAGES = 20
"""Pages of one kind per round, so that one busy tenant cannot hold a worker for ever."""

NEW = timedelta(days=2)
"""A deal that was opened longer ago was met by the registrations that came after it."""

log = get_logger(__name__)


@dataclass(slots=True)
class Round:
    """What one round read and changed; `more` is left for the next."""

    read: int = 0
    changed: int = 0
    tasks_read: int = 0
    tasks: int = 0
    more: bool = False


def poll(agent: Agent, tenant: Tenant, done: Round | None = None) -> Round:
    """One round for one tenant, counted in `done`. Each page's effect and its cursor are stored together. Raises
    CrmError."""
    done = done or Round()
    with agent.database.read() as connection:
        wanted = wanted_fields(connection, tenant.id)
        asked_for = feeds.get(connection, tenant.id).sweep_at
    crm = agent.crm_of(tenant)
    standing, tasks_cursor = _feeds(agent, tenant, wanted)
    told = news(crm, standing, tasks_cursor)
    for kind, changes in told.changes.items():
        _take_kind(agent, tenant, crm, kind, changes, wanted, done)
    _take_tasks(agent, tenant, told, done)
    people.look_up(agent, tenant)
    metadata.look(agent, tenant)
    if asked_for and not done.more:
        with agent.database.write() as connection:
            feeds.swept(connection, tenant.id, asked_for)
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
    with agent.database.read() as connection:
        new = tenants.cursor(connection, tenant.id, "company") is None
    about = crm.size(ObjectKind.COMPANY) if new and isinstance(crm, KnowsSize) else None
    with agent.database.write() as connection:
        words = tenants.stages(connection, tenant.id), tenants.owners(connection, tenant.id)
        tenants.set_account(connection, tenant.id, account)
        tenants.set_stages(connection, tenant.id, stages)
        tenants.set_owners(connection, tenant.id, owners)
        if words != (tenants.stages(connection, tenant.id), tenants.owners(connection, tenant.id)):
            metadata.say_anew(agent, connection, tenant)
        if new:
            tenants.move_cursor(connection, tenant.id, "company", "", agent.clock())
            loading.begin(connection, tenant.id, about, agent.clock())
    metadata.take(agent, tenant, infos)
    crm.prepare()


def _feeds(agent: Agent, tenant: Tenant, wanted: Wanted) -> tuple[dict[ObjectKind, Feed], str | None]:
    """Where each feed stands. Companies first, so that a deal finds the one it moved to."""
    with agent.database.read() as connection:
        places = {
            kind: Feed(cursor=tenants.cursor(connection, tenant.id, str(kind)), fields=wanted.fields[kind])
            for kind in (ObjectKind.COMPANY, ObjectKind.DEAL)
        }
        return places, tenants.cursor(connection, tenant.id, "task")


def _take_kind(
    agent: Agent, tenant: Tenant, crm: Crm, kind: ObjectKind, changes: Changes, wanted: Wanted, done: Round
) -> None:
    """The page that was told, and those that follow it."""
    for _ in range(PAGES):
        _take_page(agent, tenant, crm, kind, changes, done)
        if not changes.more:
            return
        changes = crm.changes(kind, changes.cursor, wanted.fields[kind])
    done.more = True


def take(agent: Agent, tenant: Tenant, crm: Crm, kind: ObjectKind, changes: Changes) -> int:
    """Takes one page; how many records were on it."""
    done = Round()
    _take_page(agent, tenant, crm, kind, changes, done)
    return done.read


def _take_page(
    agent: Agent, tenant: Tenant, crm: Crm, kind: ObjectKind, changes: Changes, done: Round
) -> None:
    done.read += len(changes.records)
    mine = changes.records
    if kind is ObjectKind.DEAL:
        with agent.database.read() as connection:
            known = records.known(connection, tenant.id, kind, [r.id for r in changes.records])
            watched = registrations.any_live(connection, tenant.id)
        mine = [r for r in changes.records if r.id in known or (watched and _is_new(agent, r))]
    live = [record for record in mine if not record.archived]
    companies = companies_of(crm, live)
    if kind is ObjectKind.DEAL:
        live = _worth_keeping(agent, tenant, live, known, companies)
    with agent.database.write() as connection:
        done.changed += store(agent, connection, tenant, live, companies)
        places.withdraw(agent, connection, tenant, [RecordKey(kind, r.id) for r in mine if r.archived])
        tenants.move_cursor(connection, tenant.id, str(kind), changes.cursor, agent.clock())
        if kind is ObjectKind.COMPANY:
            read = len(changes.records)
            loading.advance(connection, tenant.id, read, more=changes.more, at=agent.clock())


def _is_new(agent: Agent, record: CrmRecord) -> bool:
    """Whether somebody has just opened this deal: where registrations wait or protect, it may meet one."""
    try:
        created = from_iso(record.fields.get("created") or "")
    except ValueError:
        return False
    return agent.clock() - created <= NEW


def _worth_keeping(
    agent: Agent, tenant: Tenant, live: list[CrmRecord], known: set[str], companies: Mapping[str, str]
) -> list[CrmRecord]:
    """Deals we hold a copy of, and new ones at a customer that somebody registered."""
    homes = sorted({companies[r.id] for r in live if r.id not in known and r.id in companies})
    if not homes:
        return [r for r in live if r.id in known]
    with agent.database.read() as connection:
        near = registrations.live_near(connection, tenant.id, homes)
    return [r for r in live if r.id in known or companies.get(r.id) in near]


def _take_tasks(agent: Agent, tenant: Tenant, told: News, done: Round) -> None:
    done.tasks_read += len(told.tasks)
    done.tasks += steps.follow(agent, tenant, told.tasks)
    with agent.database.write() as connection:
        tenants.move_cursor(connection, tenant.id, "task", told.tasks_cursor, agent.clock())
