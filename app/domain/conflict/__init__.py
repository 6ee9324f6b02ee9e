"""Channel conflicts: who else has a claim on this customer, on what evidence, and which rule decides."""

from app.domain.conflict.flag import (
    DEFAULT_HOUSE,
    Claim,
    ConflictDecision,
    ConflictDraft,
    ConflictFlag,
    ConflictKind,
    ConflictState,
    DirectDeal,
    House,
    Position,
)
from app.domain.conflict.judge import conflicts_of, conflicts_of_deal
from app.domain.conflict.wording import day_of, sentence_of

__all__ = [
    "DEFAULT_HOUSE",
    "Claim",
    "ConflictDecision",
    "ConflictDraft",
    "ConflictFlag",
    "ConflictKind",
    "ConflictState",
    "DirectDeal",
    "House",
    "Position",
    "conflicts_of",
    "conflicts_of_deal",
    "day_of",
    "sentence_of",
]
