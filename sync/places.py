"""Records that leave the CRM and come back: what that means for the rooms on them. The caller's transaction."""

from collections.abc import Iterable

from sqlalchemy import Connection

from app.domain.actor import SYSTEM
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.storage import audit
from app.storage import partner as partners
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage.published.links import bring_links_back, withdraw_links
from sync.deps import Agent


def withdraw(agent: Agent, connection: Connection, tenant: Tenant, keys: Iterable[RecordKey]) -> None:
    """The records are gone from the CRM: nobody is shown them, and their links open nothing until they come back."""
    now = agent.clock()
    for key in records.archive(connection, tenant.id, keys):
        closed = withdraw_links(connection, tenant.id, key, now)
        if partners.on_record(connection, tenant.id, key):
            _note(agent, connection, tenant, "record.withdraw", key, closed)
        if key.object is ObjectKind.COMPANY:
            shown_in = records.partnered_keys(connection, tenant.id, key.crm_id)
            records.mark(connection, tenant.id, "publish", shown_in, now)


def bring_back(agent: Agent, connection: Connection, tenant: Tenant, keys: Iterable[RecordKey]) -> None:
    """The records are in the CRM again: their links open as they did before."""
    for key in keys:
        opened = bring_links_back(connection, tenant.id, key, agent.clock())
        if partners.on_record(connection, tenant.id, key):
            _note(agent, connection, tenant, "record.bring_back", key, opened)


def _note(
    agent: Agent, connection: Connection, tenant: Tenant, what: str, key: RecordKey, links: int
) -> None:
    tenants.lock(connection, tenant.id)
    audit.append(connection, tenant.id, agent.clock(), SYSTEM, what, key, {"links": str(links)})
