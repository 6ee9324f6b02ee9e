"""From HubSpot's webhook events to what has to be done about them: one mark on a record however many events there
are, none for a field that nobody is shown, and no call at all where the event itself says what we need to know."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, RowMapping

from app.crm.fields import canonical_name
from app.crm.hubspot_events import Happened, What, read_event
from app.crm.port import CrmRecord
from app.domain.actor import SYSTEM
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import fault, merged, person, tables
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.fault import Work
from app.storage.rows import find_all, update
from sync.backoff import NOT_ITS_FAULT, note_fault
from sync.deps import Agent
from sync.ingest import Wanted, store, wanted_fields, worth_reading

EVENTS = 1000
"""Events taken in one transaction."""

BATCHES = 10
"""Of these before anything is read: more would keep the first records waiting."""

UNREADABLE = "HubSpot sent an event that cannot be read. What it was about is found by the next poll."

TEXTS = frozenset({"string", "enumeration"})
"""Types of properties whose value an event writes as a reading does. Dates and numbers it may write otherwise."""

TEXT_CHARS = 1_000
"""Longer values are read: whether an event holds all of them is not promised."""

SKEW = timedelta(seconds=1)
"""How far the time of an event may be from the time of modification that the record itself bears."""

log = get_logger(__name__)


@dataclass(slots=True)
class Due:
    """What the events of one batch ask for: records to read whole, records of which only fields are read, and values
    to take over as they were told."""

    whole: set[RecordKey]
    fields: set[RecordKey]
    told: dict[RecordKey, list[tuple[str, Happened]]]


def take_events(agent: Agent) -> int:
    """How many stored events were dealt with. A wave of them is taken whole, so that what has to be read fills its
    batches."""
    total = 0
    for _ in range(BATCHES):
        taken = _take_batch(agent)
        total += taken
        if taken < EVENTS:
            break
    return total


def _take_batch(agent: Agent) -> int:
    t = tables.crm_event.c
    broken: set[str] = set()
    while True:
        with agent.database.read() as connection:
            rows = find_all(
                connection,
                tables.crm_event,
                t.applied_at.is_(None),
                t.tenant_id.not_in(broken),
                order=[t.received_at],
                limit=EVENTS,
            )
        taken = 0
        for tenant_id, group in groupby(sorted(rows, key=itemgetter("tenant_id")), itemgetter("tenant_id")):
            try:
                taken += _take_tenant(agent, tenant_id, list(group))
            except NOT_ITS_FAULT:
                raise
            except Exception as error:  # noqa: BLE001 - the other tenants' events go on
                note_fault(agent, tenant_id, Work.EVENT, "all", error)
                broken.add(tenant_id)
        if taken or not rows:
            return taken


def _take_tenant(agent: Agent, tenant_id: str, rows: Sequence[RowMapping]) -> int:
    with agent.database.read() as connection:
        tenant = tenants.by_id(connection, tenant_id)
    happened = _readable(agent, tenant_id, rows) if tenant else []
    for one in happened:
        _follow(agent, tenant_id, one)
    with agent.database.write() as connection:
        tenants.lock(connection, tenant_id)
        if tenant is not None:
            _apply(agent, connection, tenant, happened)
        _finish(agent, connection, tenant_id, [row["key"] for row in rows])
        fault.forget(connection, tenant_id, Work.EVENT, ["all"])
    return len(rows)


def _readable(agent: Agent, tenant_id: str, rows: Sequence[RowMapping]) -> list[Happened]:
    """In order of time. An event that cannot be read now never can: it is named, and the poll finds what it meant."""
    found: list[Happened] = []
    for row in rows:
        try:
            happened = read_event(row["body"])
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            log.warning("events.unreadable", tenant=tenant_id, error=type(error).__name__)
            with agent.database.write() as connection:
                fault.note(connection, tenant_id, Work.EVENT, row["key"], UNREADABLE, agent.clock())
            continue
        if happened is not None:
            found.append(happened)
    return sorted(found, key=lambda one: one.at.timestamp() if one.at else 0.0)


def _follow(agent: Agent, tenant_id: str, one: Happened) -> None:
    """What is more than a change of values is a command, executed once however often it is told."""
    commands = []
    if one.what is What.MERGED:
        for gone in one.gone:
            fields = {"object": str(one.kind), "gone": gone, "into": one.crm_id}
            commands.append(("record.merge", fields, f"merge-{one.kind}-{gone}-{one.crm_id}"))
    if one.what is What.ERASED:
        commands.append(("person.erase", {"contact_id": one.crm_id}, f"erase-{one.crm_id}"))
    for name, given, key in commands:
        try:
            agent.executor.run(tenant_id, SYSTEM, name, None, given, key)
        except AppError as error:
            log.info("events.ignored", tenant=tenant_id, reason=str(error.reason))


def _apply(agent: Agent, connection: Connection, tenant: Tenant, happened: Sequence[Happened]) -> None:
    due = _sort(connection, tenant, wanted_fields(connection, tenant.id), happened)
    due.fields |= _take_over(agent, connection, tenant, due)
    now = agent.clock()
    whole = worth_reading(connection, tenant.id, due.whole)
    records.mark(connection, tenant.id, "read", whole, now)
    records.mark(
        connection, tenant.id, "fields", worth_reading(connection, tenant.id, due.fields - due.whole), now
    )
    _contacts(agent, connection, tenant, [one for one in happened if one.kind is ObjectKind.CONTACT])


def _sort(connection: Connection, tenant: Tenant, wanted: Wanted, happened: Sequence[Happened]) -> Due:
    due = Due(whole=set(), fields=set(), told={})
    mine = [one for one in happened if one.kind in wanted.fields]
    gone = merged.survivors(connection, tenant.id, [RecordKey(one.kind, one.crm_id) for one in mine])
    for one in mine:
        key = RecordKey(one.kind, one.crm_id)
        if key in gone:  # what is told of it is the survivor's now, as the CRM has it
            due.whole.add(gone[key])
        elif one.what is not What.CHANGED:
            due.whole.add(key)
        elif (field := canonical_name(tenant.crm, one.kind, one.field)) in wanted.fields[one.kind]:
            due.told.setdefault(key, []).append((field, one))
    return due


def _take_over(agent: Agent, connection: Connection, tenant: Tenant, due: Due) -> set[RecordKey]:
    """Writes what was told into our copies, record by record. Those of which it does not say enough have to be read:
    because the value is hidden or no text, or because what we hold may already be newer than the event."""
    told = {key: changes for key, changes in due.told.items() if key not in due.whole}
    held = records.get_many(connection, tenant.id, told)
    known = records.modified_at(connection, tenant.id, told)
    texts = {
        (kind, info.canonical)
        for kind in (ObjectKind.DEAL, ObjectKind.COMPANY)
        for info in tenants.fields(connection, tenant.id, kind)
        if info.type in TEXTS
    }
    unsure: set[RecordKey] = set()
    fresh: list[CrmRecord] = []
    for key, changes in told.items():
        values = _values(key.object, changes, texts, known.get(key))
        if key not in held or values is None:
            unsure.add(key)
            continue
        at = max(one.at for _, one in changes if one.at is not None)
        fields = {**held[key].fields, **values}
        fresh.append(CrmRecord(kind=key.object, id=key.crm_id, fields=fields, modified_at=at - SKEW))
    companies = {key.crm_id: company for key, held_one in held.items() if (company := held_one.company_id)}
    if store(agent, connection, tenant, fresh, companies):
        agent.bell.ring("publish")
    return unsure


def _values(
    kind: ObjectKind,
    changes: Sequence[tuple[str, Happened]],
    texts: Collection[tuple[ObjectKind, str]],
    known: datetime | None,
) -> dict[str, str | None] | None:
    """The newest value of each field; None unless every one of them is sure."""
    found: dict[str, tuple[datetime, str | None]] = {}
    for field, one in changes:
        if one.at is None or one.value is None or len(one.value) > TEXT_CHARS or (kind, field) not in texts:
            return None
        if known is None or one.at <= known + 2 * SKEW:
            return None
        before = found.get(field)
        value = one.value or None
        if before and before[0] == one.at and before[1] != value:
            return None
        if before is None or before[0] <= one.at:
            found[field] = (one.at, value)
    return {field: value for field, (_, value) in found.items()}


def _contacts(agent: Agent, connection: Connection, tenant: Tenant, happened: Sequence[Happened]) -> None:
    """Of all the CRM's contacts only partners' people concern us."""
    changed = [one for one in happened if one.what is What.CHANGED]
    told = {one.value.lower(): one.crm_id for one in changed if one.field == "email" and one.value}
    new = person.holds(connection, tenant.id, told)
    person.learn(connection, tenant.id, {email: told[email] for email in new}, agent.clock())
    ours = person.contacts(connection, tenant.id, [one.crm_id for one in changed])
    keys = [RecordKey(ObjectKind.CONTACT, crm_id) for crm_id in ours]
    records.mark(connection, tenant.id, "read", keys, agent.clock())


def _finish(agent: Agent, connection: Connection, tenant_id: str, keys: Iterable[str]) -> None:
    """The events are dealt with: that each came is kept for a while, what it said is not."""
    t, names = tables.crm_event.c, sorted(keys)
    values: Mapping[str, object] = {"applied_at": agent.clock(), "body": {}}
    for start in range(0, len(names), 500):
        update(
            connection,
            tables.crm_event,
            values,
            t.tenant_id == tenant_id,
            t.key.in_(names[start : start + 500]),
        )
