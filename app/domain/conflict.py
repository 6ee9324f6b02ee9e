"""Channel conflicts: who else has a claim on this customer, and on what evidence."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConflictKind(StrEnum):
    PARTNER_PARTNER = "partner_partner"
    PARTNER_DIRECT = "partner_direct"
    OWN_DUPLICATE = "own_duplicate"


class ConflictState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class ConflictDecision(StrEnum):
    """How a conflict ends: the flagged registration stands, or it gives way."""

    UPHOLD = "uphold"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFlag:
    """A possible conflict that a person has to look at. `sentence` is what a salesperson would say; `evidence`
    holds what was compared, one sentence each; `rule` says who wins by which rule.

    `deal_id` and `company_id` name the CRM records that show the flag. Nothing in it may reach a partner.
    """

    id: str
    kind: ConflictKind
    registration_id: str
    partner_id: str
    other_partner_id: str | None
    deal_id: str | None
    company_id: str | None
    sentence: str
    evidence: tuple[str, ...]
    rule: str
    probability: float
    found_at: datetime
    state: ConflictState = ConflictState.OPEN
    resolution: str = ""
    resolved_by: str = ""
    resolved_at: datetime | None = None
