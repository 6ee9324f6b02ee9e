"""The versions of a tenant's safelist. The newest is in force, and published for the share pages to narrow by."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from app.disclosure.policy import Policy, default_policy
from app.disclosure.policy_body import stored_policy
from app.storage import tables
from app.storage.published.links import set_live_policy
from app.storage.rows import find_all, insert

_T = tables.policy.c


def current(connection: Connection, tenant_id: str) -> Policy:
    """The policy in force; a tenant that never saved one has the cautious default."""
    rows = find_all(connection, tables.policy, _T.tenant_id == tenant_id, order=[_T.version.desc()], limit=1)
    return stored_policy(rows[0]["body"], rows[0]["version"]) if rows else default_policy()


def at(connection: Connection, tenant_id: str, moment: datetime) -> Policy:
    """The policy that was in force at that time."""
    then = (_T.tenant_id == tenant_id, _T.created_at <= moment)
    rows = find_all(connection, tables.policy, *then, order=[_T.version.desc()], limit=1)
    return stored_policy(rows[0]["body"], rows[0]["version"]) if rows else default_policy()


def save(
    connection: Connection, tenant_id: str, policy: Policy, author: str, reason: str, at: datetime
) -> None:
    """From the commit on, every request of a viewer is narrowed by this version."""
    body = policy.to_json()
    insert(
        connection,
        tables.policy,
        {
            "tenant_id": tenant_id,
            "version": policy.version,
            "body": body,
            "author": author[:320],
            "reason": reason,
            "created_at": at,
        },
    )
    set_live_policy(connection, tenant_id, policy.version, body)


def history(connection: Connection, tenant_id: str, limit: int = 50) -> Sequence[RowMapping]:
    return find_all(
        connection, tables.policy, _T.tenant_id == tenant_id, order=[_T.version.desc()], limit=limit
    )
