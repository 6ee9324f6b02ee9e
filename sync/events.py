"""Listening to a CRM that tells of changes by itself: what a batch means here, and where to go on after it.

A batch's marks and the position behind it are one transaction under the listener's fence: whoever is killed in
between goes on exactly behind what was applied, and of two listeners only one applies anything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from app.crm.events import Batch, ChangeKind, CrmChange
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.metrics import count
from app.storage import event_feed as feeds
from app.storage import plan as steps
from app.storage import record as records
from sync import places
from sync.deps import Agent
from sync.ingest import Wanted, wanted_fields, worth_reading


@dataclass(slots=True)
class Found:
    """What a batch asks for: records to read, records that are gone, steps that somebody may have changed, and
    whether only a sweep can find out more. `told` counts the changes by what became of them."""

    read: dict[RecordKey, None] = field(default_factory=dict)
    gone: dict[RecordKey, None] = field(default_factory=dict)
    steps: set[str] = field(default_factory=set)
    sweep: bool = False
    told: Counter[str] = field(default_factory=Counter)


def sort(changes: Iterable[CrmChange], wanted: Wanted) -> Found:
    """Goes by the order of the changes: a record that was deleted and came back is one to read."""
    found = Found()
    for change in changes:
        found.told[_sort_one(change, wanted, found)] += 1
    return found


def _sort_one(change: CrmChange, wanted: Wanted, found: Found) -> str:
    if change.own:
        return "own"
    if change.what is ChangeKind.OVERFLOW:
        found.sweep = True
        return "overflow"
    if change.kind is None:
        return _sort_step(change, found)
    if change.what is ChangeKind.UPDATED and not _is_named(change, change.kind, wanted):
        return "unnamed"
    keys = [RecordKey(change.kind, one) for one in change.ids]
    now, before = (found.gone, found.read) if change.what is ChangeKind.DELETED else (found.read, found.gone)
    for key in keys:
        now[key] = None
        before.pop(key, None)
    return "gap" if change.what is ChangeKind.UNCLEAR else str(change.what)


def _sort_step(change: CrmChange, found: Found) -> str:
    """Steps are read by the sweep, which reads all that changed in one call."""
    if change.what is ChangeKind.UNCLEAR:
        found.sweep = True
        return "gap"
    if change.what is ChangeKind.DELETED or not change.steps:
        return "unnamed"  # a deleted task says nothing of its step
    found.steps |= set(change.steps)
    return str(change.what)


def _is_named(change: CrmChange, kind: ObjectKind, wanted: Wanted) -> bool:
    """Whether some safelist or card names a field that changed; a change of fields we do not know may be anything."""
    return not change.fields or not change.fields.isdisjoint(wanted.fields.get(kind, ()))


def apply(agent: Agent, tenant: Tenant, batch: Batch, fence: str) -> bool:
    """Whether the batch was ours to apply: then its marks and its position are stored. Calls no CRM."""
    now = agent.clock()
    with agent.database.write() as connection:
        latest = max((c.at for c in batch.changes if c.at), default=None)
        task = any(change.kind is None for change in batch.changes)
        first = not feeds.get(connection, tenant.id).position
        if not feeds.advance(connection, tenant.id, fence, batch.position, now, event_at=latest, task=task):
            return False
        found = sort(batch.changes, wanted_fields(connection, tenant.id)) if batch.changes else Found()
        marked = worth_reading(connection, tenant.id, found.read)
        records.mark(connection, tenant.id, "read", marked, now)
        places.withdraw(agent, connection, tenant, _held(connection, tenant.id, list(found.gone)))
        moved = steps.in_crm(connection, tenant.id, sorted(found.steps)) if found.steps else []
        # What happened before the first answer is told by nobody: one sweep closes the gap.
        if found.sweep or batch.unreadable or first or moved:
            feeds.want_sweep(connection, tenant.id, now)
    if marked:
        agent.bell.ring("crm")
    _count(tenant, batch, found)
    return True


def _held(connection: Connection, tenant_id: str, keys: Sequence[RecordKey]) -> list[RecordKey]:
    held = {
        kind: records.known(connection, tenant_id, kind, [key.crm_id for key in keys if key.object is kind])
        for kind in {key.object for key in keys}
    }
    return [key for key in keys if key.crm_id in held[key.object]]


def _count(tenant: Tenant, batch: Batch, found: Found) -> None:
    told = found.told + Counter(unreadable=batch.unreadable, other=batch.others)
    for outcome, number in told.items():
        count("crm_events_total", str(tenant.crm), outcome, by=number)
