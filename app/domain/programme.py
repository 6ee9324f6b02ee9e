"""The rules of a partner programme as data: who may register, who decides, how long protection runs, who wins.

A programme has versions and never changes in place. What a registration was judged by is kept with it as its `Terms`,
so that a decision stays explainable whatever the rules become.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.partner import PartnerType


class Motion(StrEnum):
    """What kind of business is registered."""

    NEW = "new"
    EXPANSION = "expansion"
    RENEWAL = "renewal"

    @property
    def label(self) -> str:
        return {"new": "New business", "expansion": "Expansion", "renewal": "Renewal"}[self]


class Start(StrEnum):
    """From when protection is counted."""

    APPROVAL = "approval"
    RECEIPT = "receipt"


class Precedence(StrEnum):
    """One rule of who wins; a programme lists them in order, and the first that tells two claims apart decides."""

    NAMED_ACCOUNT = "named_account"
    EARLIER_DEAL = "earlier_deal"
    INCUMBENT = "incumbent"
    REGISTERED = "registered"
    CERTIFIED = "certified"
    EARLIER = "earlier"

    @property
    def label(self) -> str:
        return _PRECEDENCE[self]


_PRECEDENCE = {
    Precedence.NAMED_ACCOUNT: "Named accounts stay with our own sales",
    Precedence.EARLIER_DEAL: "Our own deal from before a registration stands",
    Precedence.INCUMBENT: "The incumbent partner beats others at a renewal",
    Precedence.REGISTERED: "A registered claim beats one that is not approved",
    Precedence.CERTIFIED: "The certified partner wins a tie",
    Precedence.EARLIER: "The earlier receipt by our clock wins",
}

REQUIRABLE = {
    "customer_domain": "the customer's website",
    "contact_name": "a contact at the customer",
    "contact_email": "the contact's e-mail",
    "amount": "the expected amount",
    "region": "the region",
    "product": "the product",
    "note": "what it is about",
}
"""What a rule may ask for beyond the customer's name, in words for the partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStep:
    """One decision on the way. Without approvers anybody of our side decides it; without conditions every
    registration passes it."""

    name: str
    approvers: tuple[str, ...] = ()
    min_amount: float = 0.0
    regions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def applies(self, amount: float, region: str, product: str) -> bool:
        return amount >= self.min_amount and _listed(self.regions, region) and _listed(self.products, product)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierBenefit:
    """What partners of a tier get beyond the rule: a longer window, a faster answer. 0 keeps the rule's own."""

    tier: str
    protection_days: int = 0
    sla_hours: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for some partner types in some regions; empty means all of them."""

    name: str
    partner_types: tuple[PartnerType, ...] = ()
    regions: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    steps: tuple[ApprovalStep, ...] = ()
    sla_hours: int = 48
    business_days: bool = False
    holidays: tuple[date, ...] = ()
    escalate_to: str = ""
    protection_days: int = 90
    protection_starts: Start = Start.APPROVAL
    extension_days: int = 30
    extension_limit: int = 2
    reminder_days: tuple[int, ...] = (14, 3)
    idle_days: int = 0
    tiers: tuple[TierBenefit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one registration is judged by, as it was on the day it was received. Version 0 is the default programme
    that holds before anybody saved one. `tier` is the partner's that counted then; `tier_note` says why it was not
    the one that the partner was granted."""

    version: int = 0
    rule: str = "Everyone"
    steps: tuple[ApprovalStep, ...] = ()
    sla_hours: int = 48
    business_days: bool = False
    escalate_to: str = ""
    protection_days: int = 90
    protection_starts: Start = Start.APPROVAL
    extension_days: int = 30
    extension_limit: int = 2
    reminder_days: tuple[int, ...] = (14, 3)
    idle_days: int = 0
    tier: str = ""
    tier_note: str = ""


DEFAULT_TERMS = Terms()
"""What holds where nobody has said otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """Everything an admin decides about registrations and conflicts. `possible_from` and `same_from` are the
    probabilities at which a match is shown to a person and taken for sure. `tier_order` names the tiers, the highest
    first; `tier_grace_days` is how long a tier outlasts a certification that it needs."""

    version: int = 0
    rules: tuple[Rule, ...] = (Rule(name="Everyone"),)
    precedence: tuple[Precedence, ...] = tuple(Precedence)
    named_accounts: tuple[str, ...] = ()
    possible_from: float = 0.5
    same_from: float = 0.8
    dispute_days: int = 10
    dispute_to: str = ""
    probing_per_day: int = 20
    tier_order: tuple[str, ...] = ()
    tier_grace_days: int = 0

    def rule_for(self, partner_type: PartnerType, region: str) -> Rule:
        """The most particular rule that holds; of two the earlier one. The last resort is the default."""
        holding = [
            rule
            for rule in self.rules
            if (not rule.partner_types or partner_type in rule.partner_types)
            and _listed(rule.regions, region)
        ]
        return max(
            holding,
            key=lambda rule: (bool(rule.partner_types) + bool(rule.regions), bool(rule.partner_types)),
            default=Rule(name="Everyone"),
        )

    def terms(
        self, rule: Rule, tier: str, amount: float, region: str, product: str, tier_note: str = ""
    ) -> Terms:
        """What a registration with these values is judged by from now on, for a partner whose tier counts as this."""
        benefit = next(
            (b for b in rule.tiers if b.tier.casefold() == tier.strip().casefold()), TierBenefit(tier="")
        )
        return Terms(
            version=self.version,
            rule=rule.name,
            steps=tuple(step for step in rule.steps if step.applies(amount, region, product)),
            sla_hours=benefit.sla_hours or rule.sla_hours,
            business_days=rule.business_days,
            escalate_to=rule.escalate_to,
            protection_days=benefit.protection_days or rule.protection_days,
            protection_starts=rule.protection_starts,
            extension_days=rule.extension_days,
            extension_limit=rule.extension_limit,
            reminder_days=rule.reminder_days,
            idle_days=rule.idle_days,
            tier=tier,
            tier_note=tier_note,
        )


def missing(rule: Rule, values: Mapping[str, str]) -> tuple[str, ...]:
    """What the rule asks for and the values lack, in words for the partner."""
    return tuple(REQUIRABLE[name] for name in rule.required if not values.get(name, "").strip())


def _listed(known: tuple[str, ...], value: str) -> bool:
    return not known or value.strip().casefold() in {one.casefold() for one in known}


def number_in(amount: str) -> float:
    """The number in an amount as people write it, such as "25,000 EUR" or "25.000,50"; 0 where there is none, which
    asks for no extra approval."""
    found = re.search(r"\d[\d.,' \u00a0]*", amount)
    if not found:
        return 0.0
    digits = re.sub(r"[' \u00a0]", "", found.group()).rstrip(".,")
    whole, mark, cents = digits, "", ""
    for sign in ".,":
        head, found_mark, tail = digits.rpartition(sign)
        if (
            found_mark
            and len(tail) in (1, 2)
            and len(tail) < len(digits)
            and (not mark or len(tail) < len(cents))
        ):
            whole, mark, cents = head, sign, tail
    return float(re.sub(r"[.,]", "", whole) + "." + (cents or "0"))
