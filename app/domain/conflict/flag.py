"""Channel conflicts: who else has a claim on this customer, on what evidence, and which rule decides."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.matching import Match
from app.domain.matching.compare import POSSIBLE_FROM
from app.domain.precedence import Standing
from app.domain.programme import Precedence
from app.domain.registration import Registration


class ConflictKind(StrEnum):
    PARTNER_PARTNER = "partner_partner"
    PARTNER_DIRECT = "partner_direct"
    OWN_DUPLICATE = "own_duplicate"
    PARENT_SUBSIDIARY = "parent_subsidiary"
    RENEWAL_INCUMBENT = "renewal_incumbent"


class ConflictState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class ConflictDecision(StrEnum):
    """How a conflict ends: the flagged registration stands, it gives way, or it was no conflict at all, because the
    two are different customers. The last is what the matching is measured by."""

    UPHOLD = "uphold"
    DISMISS = "dismiss"
    OTHER_CUSTOMER = "other_customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What one side says in a dispute, and what it rests on."""

    side: str
    by: str
    at: datetime
    text: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """By what our side judges: the admin's order of rules, the named accounts, and from which probability on a match
    is worth a person's look. `noun` is the CRM's word for a deal."""

    order: tuple[Precedence, ...] = tuple(Precedence)
    named_accounts: frozenset[str] = frozenset()
    possible_from: float = POSSIBLE_FROM
    noun: str = "deal"


DEFAULT_HOUSE = House()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFlag:
    """A possible conflict that a person has to look at. `sentence` is what a salesperson would say; `evidence`
    holds what was compared, one sentence each; `rule` says who wins by which rule.

    `standings` are the other claim's and then the flagged registration's, as they were when it was found; `winner`
    is what the rules said of the latter. `deal_id` and `company_id` name the CRM records that show the flag. Nothing
    in it may reach a partner.
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
    winner: str = ""
    rule_id: str = ""
    standings: tuple[Standing, ...] = ()
    positions: tuple[Position, ...] = ()
    deadline: datetime | None = None
    escalated_at: datetime | None = None

    @property
    def decision(self) -> ConflictDecision | None:
        """What was decided; None while it is open, and for words that we do not know."""
        said = self.resolution.partition(": ")[0]
        return next((one for one in ConflictDecision if one.value == said), None)

    @property
    def disputed(self) -> bool:
        return self.deadline is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A registration with the name of the partner that made it; `match` says why it is about the customer in
    question, and is None for the claim that is being judged. `relation` says how the two customers belong together
    where they are not the same: "parent" or "subsidiary"."""

    registration: Registration
    partner_name: str
    match: Match | None = None
    certified: bool = False
    incumbent: bool = False
    relation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDeal:
    """An open deal of our own sales, with no partner on it, at a customer that may be the claim's."""

    deal_id: str
    customer_name: str
    match: Match
    company_id: str | None = None
    owner_name: str = ""
    opened_at: datetime | None = None
    product: str = ""
    domain: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictDraft:
    """A flag that has no id yet."""

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
    winner: str = ""
    rule_id: str = ""
    standings: tuple[Standing, ...] = ()

    def flag(self, flag_id: str, found_at: datetime) -> ConflictFlag:
        return ConflictFlag(
            id=flag_id,
            found_at=found_at,
            kind=self.kind,
            registration_id=self.registration_id,
            partner_id=self.partner_id,
            other_partner_id=self.other_partner_id,
            deal_id=self.deal_id,
            company_id=self.company_id,
            sentence=self.sentence,
            evidence=self.evidence,
            rule=self.rule,
            probability=self.probability,
            winner=self.winner,
            rule_id=self.rule_id,
            standings=self.standings,
        )
