"""What the CRM says of its own fields: looked at daily and when an admin opens the safelist. A field that is gone, or
holds another kind of value than the admin decided about, is closed to partners until an admin decides again."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from app.crm.fields import CRM_PREFIX
from app.crm.port import FieldInfo
from app.disclosure.treatment import never_reason
from app.domain.actor import SYSTEM
from app.domain.record import ObjectKind
from app.domain.tenant import Tenant
from app.ground.clock import from_iso, to_iso
from app.ground.ids import hash_token
from app.ground.log import get_logger
from app.storage import policy as policies
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.published.links import open_rooms
from sync.deps import Agent

KINDS = (ObjectKind.DEAL, ObjectKind.COMPANY)

DAILY = timedelta(days=1)
SOON = timedelta(minutes=1)
"""Between two looks because somebody opens the safelist."""

CURSOR = "fields"

log = get_logger(__name__)


def is_due(agent: Agent, tenant: Tenant, every: timedelta) -> bool:
    with agent.database.read() as connection:
        last = tenants.cursor(connection, tenant.id, CURSOR)
    return last is None or from_iso(last) <= agent.clock() - every


def look(agent: Agent, tenant: Tenant, every: timedelta = DAILY) -> bool:
    """True if the CRM was asked, one call for each kind of record. Raises CrmError."""
    if not is_due(agent, tenant, every):
        return False
    crm = agent.crm_of(tenant)
    take(agent, tenant, {kind: list(crm.fields(kind)) for kind in KINDS})
    return True


def take(agent: Agent, tenant: Tenant, found: Mapping[ObjectKind, Sequence[FieldInfo]]) -> None:
    """After this we know these fields, and partners see none that is not what it was."""
    with agent.database.read() as connection:
        before = {kind: tenants.fields(connection, tenant.id, kind) for kind in KINDS}
        policy = policies.current(connection, tenant.id)
    # An account has fields: an empty answer says that we may not see them just now.
    told = {kind: infos for kind, infos in found.items() if infos}
    for kind, infos in told.items():
        _close(agent, tenant, kind, changed(before[kind], infos), policy.visible(str(kind)))
    with agent.database.write() as connection:
        for kind, infos in told.items():
            tenants.set_fields(connection, tenant.id, kind, infos)
        if any(_labels(before[kind]) != _labels(infos) for kind, infos in told.items()):
            say_anew(agent, connection, tenant)
        note(agent, connection, tenant)


def say_anew(agent: Agent, connection: Connection, tenant: Tenant) -> None:
    """The CRM calls something else by now, so every open room is published anew. If that waited until something is
    done on the record, a new word would tell one partner that something was done for another."""
    records.mark(
        connection, tenant.id, "publish", open_rooms(connection, tenant.id, agent.clock()), agent.clock()
    )
    agent.bell.ring("publish")


def _labels(infos: Sequence[FieldInfo]) -> Mapping[str, str]:
    return {info.canonical: info.label for info in infos if info.canonical.startswith(CRM_PREFIX)}


def note(agent: Agent, connection: Connection, tenant: Tenant) -> None:
    """The fields were looked at now."""
    tenants.move_cursor(connection, tenant.id, CURSOR, to_iso(agent.clock()), agent.clock())


def changed(before: Sequence[FieldInfo], now: Sequence[FieldInfo]) -> Mapping[str, str]:
    """Why each field can no longer be what an admin decided about, by our name for it. A new field is no reason, and
    a new label only where it says what is never shared: an account may call its fields as it likes."""
    known = {info.canonical: info for info in now}
    found: dict[str, str] = {}
    for info in before:
        after = known.get(info.canonical)
        if after is None:
            found[info.canonical] = f"{info.label} is no longer there"
        elif after.type != info.type:
            found[info.canonical] = f"{info.label} holds {after.type} now and held {info.type}"
        elif never_reason(after.label) and not never_reason(info.label):
            found[info.canonical] = f"{info.label} is called {after.label} now, which is never shared"
    return found


def _close(
    agent: Agent, tenant: Tenant, kind: ObjectKind, why: Mapping[str, str], shown: frozenset[str]
) -> None:
    names = sorted(set(why) & shown)
    if not names:
        return
    crm = "HubSpot" if tenant.crm == "hubspot" else "Salesforce"
    reason = f"Closed, because {crm} changed fields: {'; '.join(why[name] for name in names)}"
    fields = {"object": str(kind), "names": names, "reason": reason[:500]}
    mark = hash_token(f"{to_iso(agent.clock())}{fields}")[:24]
    agent.executor.run(tenant.id, SYSTEM, "policy.close", None, fields, f"close-{mark}")
    log.warning("metadata.fields_closed", tenant=tenant.id, object=str(kind), fields=len(names))
