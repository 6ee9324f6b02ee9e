"""Steps and the CRM's tasks, two ways: what a person changed there is met with what was changed here.

A search may show a task as it was a moment ago, so what seems changed is read again by its id before it counts; and
before we write a step, we look whether somebody was there in between.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from app.crm.port import StepWrite, TaskState
from app.domain.actor import SYSTEM
from app.domain.record import RecordKey
from app.domain.step_merge import EVERYWHERE, Seen, Values, differs
from app.domain.tenant import Tenant
from app.ground.clock import to_iso
from app.ground.errors import AppError
from app.ground.log import get_logger
from app.storage import plan as steps
from app.storage.engine import Database
from sync.deps import Agent

log = get_logger(__name__)


def follow(agent: Agent, tenant: Tenant, states: Iterable[TaskState]) -> int:
    """How many steps the CRM has changed. Our own writes coming back change nothing. Raises CrmError."""
    suspects = _changed(agent.database, tenant, states)
    if not suspects:
        return 0
    fresh = agent.crm_of(tenant).step_states(sorted(suspects))
    changed = _changed(agent.database, tenant, fresh)
    return sum(_follow_one(agent, tenant, step_id, *found) for step_id, found in changed.items())


def look_first(agent: Agent, tenant: Tenant, step_ids: Sequence[str]) -> int:
    """Before these steps are written: how many of them somebody had changed in the CRM. Raises CrmError."""
    with agent.database.read() as connection:
        known = steps.in_crm(connection, tenant.id, step_ids)
    if not known:
        return 0
    fresh = agent.crm_of(tenant).step_states(known)
    changed = _changed(agent.database, tenant, fresh)
    return sum(_follow_one(agent, tenant, step_id, *found) for step_id, found in changed.items())


def agreed_on(write: StepWrite, owners: Iterable[str]) -> dict[str, Values]:
    """What every place in the CRM holds once this is written. A task belongs to a user of the CRM or to nobody."""
    owner = (
        "" if write.owner_is_partner or write.owner_email.lower() not in owners else write.owner_email.lower()
    )
    return {EVERYWHERE: Values(title=write.title, due=write.due, done=write.done, owner=owner)}


def _changed(
    database: Database, tenant: Tenant, states: Iterable[TaskState]
) -> dict[str, tuple[RecordKey, Sequence[Seen]]]:
    """The steps that we hold and that some place shows otherwise than agreed, with all their places. Of a step that
    we never finished writing nothing is agreed, and ours is written again."""
    by_step = {
        step_id: [_seen(state) for state in group]
        for step_id, group in groupby(
            sorted(states, key=attrgetter("external_id")), key=attrgetter("external_id")
        )
    }
    found: dict[str, tuple[RecordKey, Sequence[Seen]]] = {}
    with database.read() as connection:
        for step_id, places in by_step.items():
            held = steps.get(connection, tenant.id, step_id)
            if held is None:
                continue
            agreed = steps.agreed(connection, tenant.id, step_id)
            if agreed and any(differs(agreed, seen) for seen in places):
                found[step_id] = (held[0], places)
    return found


def _seen(state: TaskState) -> Seen:
    owner = state.owner_email
    return Seen(
        place=state.source,
        values=Values(
            title=state.title, due=state.due, done=state.done, owner=owner.lower() if owner else owner
        ),
        modified_at=state.modified_at,
    )


def _follow_one(agent: Agent, tenant: Tenant, step_id: str, key: RecordKey, places: Sequence[Seen]) -> bool:
    told = [_told(seen) for seen in places]
    mark = hashlib.sha256(str(told).encode("utf-8", "replace")).hexdigest()[:24]
    try:
        agent.executor.run(
            tenant.id,
            SYSTEM,
            "plan.follow",
            key,
            {"step_id": step_id, "places": told},
            f"task-{step_id}-{mark}",
        )
    except AppError as error:
        log.info("steps.ignored", tenant=tenant.id, reason=str(error.reason))
        return False
    return True


def _told(seen: Seen) -> Mapping[str, object]:
    return {
        "place": seen.place,
        "title": seen.values.title,
        "due": seen.values.due.isoformat() if seen.values.due else None,
        "done": seen.values.done,
        "owner": seen.values.owner,
        "at": to_iso(seen.modified_at),
    }
