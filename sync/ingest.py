"""From the CRM inwards: reads changed records, keeps only the fields that some policy or card names, and says which
rooms have to be published anew."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from app.crm.port import AuthExpired, Crm, CrmError, CrmRecord, Forbidden
from app.disclosure.policy import never_reason
from app.domain import matching
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.tenant import Tenant
from app.ground import metrics
from app.ground.log import get_logger
from app.storage import fault, plan
from app.storage import policy as policies
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage.fault import Work
from app.storage.registration import family_key
from sync import checking, people, places
from sync.backoff import FIRST, LONGEST, SET_ASIDE_AFTER, comes_back, delay, divide, note_fault
from sync.deps import Agent

CARD_FIELDS: Mapping[ObjectKind, tuple[str, ...]] = {
    ObjectKind.DEAL: ("name", "stage", "amount", "close_date", "next_step", "owner", "created", "product"),
    ObjectKind.COMPANY: ("name", "domain", "country", "owner", "parent"),
}
"""What the cards show to sellers, whatever partners may see."""

BATCH = 1_000
"""Records read at a time: full batches of HubSpot's hundred, and one question for all their companies."""

LEASE = timedelta(seconds=180)
"""Longer than the calls of one batch take: some twenty, at worst with a few retries among them."""

PURPOSES = ("read", "fields")
"""Why a record is read: `read` brings all of it, its company too; `fields` only what a webhook said has changed."""

RIGHTS = "rights"
"""What a right that is missing for reading is noted under: once for the tenant, not for each record."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields of each kind that are worth a call, in our names."""

    fields: Mapping[ObjectKind, tuple[str, ...]]


def wanted_fields(connection: Connection, tenant_id: str) -> Wanted:
    """Every field that a policy shows or asks, or a card names, as far as the CRM has it. A field on the never-list
    is not even read: what we do not hold cannot leak."""
    policy = policies.current(connection, tenant_id)
    found: dict[ObjectKind, tuple[str, ...]] = {}
    for kind, names in CARD_FIELDS.items():
        exists = {info.canonical for info in tenants.fields(connection, tenant_id, kind)}
        chosen = {name for name in {*names, *policy.needed(str(kind))} if not never_reason(name)}
        found[kind] = tuple(sorted(chosen & exists if exists else chosen))
    return Wanted(found)


def fetch(
    agent: Agent, tenant: Tenant, keys: Sequence[RecordKey], fields_only: Collection[RecordKey] = ()
) -> None:
    """After this our copies of the records are as the CRM has them now, and their rooms are marked where something
    changed. Nobody is shown a record any more that the CRM does not have. Of `fields_only` the company is not asked
    for where we know it. Raises CrmError; no transaction is open meanwhile."""
    with agent.database.read() as connection:
        wanted = wanted_fields(connection, tenant.id)
        held = records.get_many(
            connection, tenant.id, [k for k in fields_only if k.object is ObjectKind.DEAL]
        )
    crm = agent.crm_of(tenant)
    read: list[CrmRecord] = []
    for kind in (ObjectKind.DEAL, ObjectKind.COMPANY):
        ids = [key.crm_id for key in keys if key.object is kind]
        if ids:
            read += crm.read(kind, ids, wanted.fields[kind]).values()
    kept = {key.crm_id: record.company_id for key, record in held.items()}
    companies = {deal: company for deal, company in kept.items() if company}
    companies |= companies_of(crm, [r for r in read if r.companies is not None or r.id not in kept])
    read += _unknown_companies(agent, tenant, crm, wanted, companies, keys)
    with agent.database.write() as connection:
        store(agent, connection, tenant, read, companies)
        found = {RecordKey(r.kind, r.id) for r in read}
        places.withdraw(agent, connection, tenant, [key for key in keys if key not in found])
    agent.bell.ring("publish")


def store(
    agent: Agent,
    connection: Connection,
    tenant: Tenant,
    read: Iterable[CrmRecord],
    companies: Mapping[str, str],
) -> int:
    """How many of the records had changed: those are saved, and the rooms that show them marked for publishing.
    `companies` maps deals to their companies."""
    fresh = {RecordKey(r.kind, r.id): r for r in read}
    newest = records.modified_at(connection, tenant.id, fresh)
    # Two workers may read one record; what the slower one brings must not replace what is newer.
    fresh = {key: r for key, r in fresh.items() if key not in newest or newest[key] <= r.modified_at}
    held = records.get_many(connection, tenant.id, fresh)
    back = records.archived(connection, tenant.id, fresh.keys() - held.keys())
    now, changed, same = agent.clock(), [], []
    for key, crm_record in fresh.items():
        old = held.get(key)
        company = companies.get(key.crm_id) if key.object is ObjectKind.DEAL else None
        record = Record(key=key, fields=crm_record.fields, company_id=company)
        if old and (old.fields, old.company_id) == (record.fields, record.company_id):
            same.append(key)
            continue
        changed.append(record)
        if old:  # what we did not hold may have changed years ago
            metrics.observe("read", now - crm_record.modified_at)
    records.save(connection, tenant.id, changed, {k: r.modified_at for k, r in fresh.items()}, now)
    records.touch(connection, tenant.id, same, now)
    places.bring_back(agent, connection, tenant, back)
    rooms = {room for record in changed for room in _follow(connection, tenant, record)}
    records.mark(connection, tenant.id, "publish", rooms, now)
    if checking.mark_near(connection, tenant.id, [r for r in changed if checking.tells(r, held)], now):
        agent.bell.ring("crm")
    moved = [record.key.crm_id for record in changed if _moves_plan(held.get(record.key), record)]
    if moved:
        records.mark(connection, tenant.id, "plan", plan.planned_deals(connection, tenant.id, moved), now)
    return len(changed)


def _moves_plan(old: Record | None, new: Record) -> bool:
    """Whether something changed that dates or owners of a plan follow."""
    if old is None or new.key.object is not ObjectKind.DEAL:
        return False
    return any(old.fields.get(name) != new.fields.get(name) for name in ("close_date", "stage", "owner"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mark that is being worked on."""

    purpose: str
    key: RecordKey
    fence: str


def read_marked(agent: Agent, only: str = "") -> int:
    """Reads up to a batch of the records that wait for it, of every tenant whose CRM need not be left alone, or of
    the one that is named. One tenant's trouble delays only its own records."""
    with agent.database.read() as connection:
        now = agent.clock()
        found = {one for purpose in PURPOSES for one in records.tenants_waiting(connection, purpose, now)}
    waiting = [only] if only else sorted(found)
    random.shuffle(waiting)
    return sum(_read_tenant(agent, one) for one in waiting if agent.budgets.of(one).may_read())


def _read_tenant(agent: Agent, tenant_id: str) -> int:
    claimed: list[Claimed] = []
    with agent.database.write() as connection:
        tenant = tenants.by_id(connection, tenant_id)
        for purpose in PURPOSES:
            rows = records.claim(connection, purpose, agent.clock(), LEASE, BATCH - len(claimed), tenant_id)
            claimed += [Claimed(purpose, key, fence) for _, key, fence in rows]
            if len(claimed) == BATCH:
                break
    if tenant is None or not claimed:
        return 0

    def read(part: Sequence[Claimed]) -> None:
        whole = {one.key for one in part if one.purpose == "read"}
        told = {one.key for one in part} - whole
        fetch(agent, tenant, [key for key in (*whole, *told) if key.object is not ObjectKind.CONTACT], told)
        people.follow(agent, tenant, [key.crm_id for key in whole if key.object is ObjectKind.CONTACT])
        with agent.database.write() as connection:
            tenants.set_trouble(connection, tenant_id, "")
            fault.forget(connection, tenant_id, Work.READ, [RIGHTS, *(str(one.key) for one in part)])
            for purpose, fence, keys in _together(part):
                records.clear(connection, purpose, tenant_id, keys, fence)

    divided = divide(claimed, read, lambda error: comes_back(error) or isinstance(error, Forbidden))
    for one, error in divided.failed:
        times = note_fault(agent, tenant_id, Work.READ, str(one.key), error)
        wait = delay(times) if times < SET_ASIDE_AFTER else LONGEST
        with agent.database.write() as connection:
            records.postpone(connection, one.purpose, tenant_id, [one.key], one.fence, agent.clock() + wait)
    if divided.untried:
        _postpone(agent, tenant_id, divided.untried, divided.stopped)
    return len(claimed)


def _together(claimed: Sequence[Claimed]) -> list[tuple[str, str, list[RecordKey]]]:
    """The marks of one claim with each other: purpose, fence, records."""
    found: dict[tuple[str, str], list[RecordKey]] = {}
    for one in claimed:
        found.setdefault((one.purpose, one.fence), []).append(one.key)
    return [(purpose, fence, keys) for (purpose, fence), keys in found.items()]


def _postpone(agent: Agent, tenant_id: str, claimed: Sequence[Claimed], error: CrmError | None) -> None:
    """The rows wait, and if it was the CRM that stopped us, all background work of the tenant with them: what is
    marked meanwhile must not ask again, each for itself. A right to read that is missing keeps no write waiting."""
    groups = _together(claimed)
    with agent.database.write() as connection:
        tried = max(records.attempts(connection, purpose, tenant_id, keys) for purpose, _, keys in groups)
        wait = delay(tried, error) if error else FIRST
        if error:
            note_trouble(connection, tenant_id, error)
        if isinstance(error, Forbidden):
            fault.note(connection, tenant_id, Work.READ, RIGHTS, error.message, agent.clock())
        for purpose, fence, keys in groups:
            records.postpone(connection, purpose, tenant_id, keys, fence, agent.clock() + wait)
    if error:
        log.warning("ingest.postponed", tenant=tenant_id, error=type(error).__name__, records=len(claimed))
    if isinstance(error, Forbidden):
        agent.budgets.of(tenant_id).pause_reading(wait.total_seconds())
    elif error:
        agent.budgets.of(tenant_id).pause(wait.total_seconds())


def note_trouble(connection: Connection, tenant_id: str, error: CrmError) -> None:
    """An admin sees that the connection is lost; passing faults are not worth a sentence."""
    if isinstance(error, AuthExpired):
        tenants.set_trouble(connection, tenant_id, "The CRM no longer accepts our access. Connect it again.")


def companies_of(crm: Crm, read: Sequence[CrmRecord]) -> dict[str, str]:
    """The company of each deal that was read, asked for only where the CRM did not tell it with the deal."""
    deals = [record for record in read if record.kind is ObjectKind.DEAL]
    ends: dict[str, Sequence[str]] = {deal.id: deal.companies or () for deal in deals}
    asked = [deal.id for deal in deals if deal.companies is None]
    if asked:
        ends |= crm.related(ObjectKind.DEAL, asked, ObjectKind.COMPANY)
    return {deal_id: ids[0] for deal_id, ids in ends.items() if ids}


def _unknown_companies(
    agent: Agent,
    tenant: Tenant,
    crm: Crm,
    wanted: Wanted,
    companies: Mapping[str, str],
    keys: Sequence[RecordKey],
) -> list[CrmRecord]:
    """The companies of deals that we hold no copy of yet."""
    asked = {key.crm_id for key in keys if key.object is ObjectKind.COMPANY}
    ids = sorted(set(companies.values()) - asked)
    with agent.database.read() as connection:
        missing = sorted(set(ids) - records.known(connection, tenant.id, ObjectKind.COMPANY, ids))
    if not missing:
        return []
    return list(crm.read(ObjectKind.COMPANY, missing, wanted.fields[ObjectKind.COMPANY]).values())


def _follow(connection: Connection, tenant: Tenant, record: Record) -> Sequence[RecordKey]:
    """What has to happen because this record changed: the records whose rooms show it."""
    if record.key.object is not ObjectKind.COMPANY:
        return (record.key,)
    keys = matching.keys(record.fields.get("name") or "", record.fields.get("domain") or "", ())
    parent = record.fields.get("parent")
    family = [family_key(parent)] if parent else []
    registrations.set_keys(connection, tenant.id, "company", record.key.crm_id, sorted([*keys, *family]))
    return records.partnered_keys(connection, tenant.id, record.key.crm_id)


def worth_reading(connection: Connection, tenant_id: str, keys: Iterable[RecordKey]) -> list[RecordKey]:
    """Deals are read when we hold a copy, that is, once somebody looked at one; companies always, because
    registrations are matched against them. A deal that was just opened is met by the next poll."""
    wanted = list(keys)
    deals = [key.crm_id for key in wanted if key.object is ObjectKind.DEAL]
    known = records.known(connection, tenant_id, ObjectKind.DEAL, deals)
    return [key for key in wanted if key.object is ObjectKind.COMPANY or key.crm_id in known]
