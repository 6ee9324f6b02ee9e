"""Changes of a safelist that wait for a second admin."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from app.disclosure.policy import Policy
from app.disclosure.policy_body import stored_policy
from app.storage import tables
from app.storage.rows import find, find_all, insert, update

WAITING, APPROVED, DECLINED = "waiting", "approved", "declined"

_T = tables.policy_proposal.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One change that is not in force. `base_version` is the version it was made from, `people` how many would newly
    see something when it was made."""

    id: str
    base_version: int
    body: Any
    author: str
    author_id: str
    reason: str
    people: int
    created_at: datetime

    @property
    def policy(self) -> Policy:
        """What would be in force."""
        return stored_policy(self.body, self.base_version + 1)


def add(connection: Connection, tenant_id: str, proposal: Proposal) -> None:
    row = {"tenant_id": tenant_id, "state": WAITING, **asdict(proposal)}
    insert(connection, tables.policy_proposal, row)


def waiting(connection: Connection, tenant_id: str) -> list[Proposal]:
    """Those nobody has decided, the oldest first."""
    rows = find_all(
        connection,
        tables.policy_proposal,
        _T.tenant_id == tenant_id,
        _T.state == WAITING,
        order=[_T.created_at, _T.id],
    )
    return [_proposal(row) for row in rows]


def get(connection: Connection, tenant_id: str, proposal_id: str) -> Proposal | None:
    """A proposal that waits; None for one that was decided or never was."""
    row = find(
        connection,
        tables.policy_proposal,
        _T.tenant_id == tenant_id,
        _T.id == proposal_id,
        _T.state == WAITING,
    )
    return _proposal(row) if row else None


def decide(
    connection: Connection,
    tenant_id: str,
    proposal_id: str,
    *,
    state: str,
    by: str,
    note: str,
    at: datetime,
) -> None:
    """The proposal is decided, once and for all."""
    update(
        connection,
        tables.policy_proposal,
        {"state": state, "decided_by": by[:320], "note": note, "decided_at": at},
        _T.tenant_id == tenant_id,
        _T.id == proposal_id,
        _T.state == WAITING,
    )


def _proposal(row: RowMapping) -> Proposal:
    return Proposal(**{name: row[name] for name in Proposal.__dataclass_fields__})
