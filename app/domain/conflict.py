"""Channel conflicts: who else has a claim on this customer, on what evidence, and which rule decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from app.domain.matching import Band, Match
from app.domain.registration import Registration, RegistrationState


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A registration with the name of the partner that made it; `match` says why it is about the customer in
    question, and is None for the claim that is being judged."""

    registration: Registration
    partner_name: str
    match: Match | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDeal:
    """An open deal of our own sales, with no partner on it, at a customer that may be the claim's."""

    deal_id: str
    customer_name: str
    match: Match
    company_id: str | None = None
    owner_name: str = ""
    opened_at: datetime | None = None


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
        )


def conflicts_of(
    claim: Claim, others: Iterable[Claim], deals: Sequence[DirectDeal], at: datetime, noun: str = "deal"
) -> list[ConflictDraft]:
    """What stands against a new registration at `at`, the most certain first: other registrations that protect or
    wait, the partner's own earlier ones, and our own open deals (one flag per customer). `noun` is the CRM's word."""
    found = [
        _against_registration(claim, other, at)
        for other in others
        if other.registration.id != claim.registration.id and _counts(other, at)
    ]
    found += [
        _against_deals(claim, group, at, noun)
        for group in _by_customer(deal for deal in deals if _is_other(claim.registration, deal))
    ]
    return sorted(found, key=lambda draft: -draft.probability)


def conflicts_of_deal(
    deal: DirectDeal, claims: Iterable[Claim], at: datetime, noun: str = "deal"
) -> list[ConflictDraft]:
    """What stands against a deal that our own sales opened: every registration that protects its customer at `at`."""
    return [
        _against_deals(claim, [deal], at, noun)
        for claim in claims
        if claim.registration.protects(at) and _is_other(claim.registration, deal)
    ]


def _counts(other: Claim, at: datetime) -> bool:
    """Whether another registration still has a say: it protects, or nobody has decided on it yet."""
    waits = other.registration.state is RegistrationState.SUBMITTED
    return _may_be(other.match) and (waits or other.registration.protects(at))


def _may_be(match: Match | None) -> bool:
    return match is not None and match.band is not Band.DIFFERENT


def _is_other(registration: Registration, deal: DirectDeal) -> bool:
    """A registration is not in conflict with the deal that it was made for."""
    return _may_be(deal.match) and deal.deal_id != registration.deal_id


def _against_registration(claim: Claim, other: Claim, at: datetime) -> ConflictDraft:
    ours, theirs = claim.registration, other.registration
    same_partner = ours.partner_id == theirs.partner_id
    first, second = sorted((other, claim), key=lambda c: (c.registration.received_at, c.registration.id))
    if same_partner:
        sentence = (
            f"{claim.partner_name} registered {theirs.customer_name} on {_day(first, at)} "
            f"and {_again(ours, theirs)} on {_day(second, at)}"
        )
        rule = "One registration per customer: the earlier one stands, the later one adds nothing."
    else:
        sentence = (
            f"{first.partner_name} registered {first.registration.customer_name} on {_day(first, at)}; "
            f"{second.partner_name} registered {_again(second.registration, first.registration)} "
            f"on {_day(second, at)}"
        )
        rule = _rule_between(first, other, at)
    match = other.match
    return ConflictDraft(
        kind=ConflictKind.OWN_DUPLICATE if same_partner else ConflictKind.PARTNER_PARTNER,
        registration_id=ours.id,
        partner_id=ours.partner_id,
        other_partner_id=None if same_partner else theirs.partner_id,
        deal_id=theirs.deal_id or ours.deal_id,
        company_id=theirs.company_id or ours.company_id,
        sentence=sentence,
        evidence=match.evidence if match else (),
        rule=rule,
        probability=match.probability if match else 0.0,
    )


def _rule_between(first: Claim, other: Claim, at: datetime) -> str:
    until = other.registration.protected_until
    if other.registration.protects(at) and until is not None:
        return f"An approved registration beats a later one until its protection ends on {day_of(until, at)}."
    stamp = first.registration.received_at.astimezone(UTC)
    return (
        f"Neither is decided. The first to register wins: {first.partner_name}, received on "
        f"{day_of(stamp, at)} at {stamp:%H:%M:%S} UTC."
    )


def _against_deals(claim: Claim, deals: Sequence[DirectDeal], at: datetime, noun: str) -> ConflictDraft:
    registration = claim.registration
    deal = min(deals, key=lambda d: (d.opened_at is None, d.opened_at or at, d.deal_id))
    registered = f"{claim.partner_name} registered {registration.customer_name} on {_day(claim, at)}"
    opened = f"{deal.owner_name or 'your team'} opened {_article(noun)} {noun}"
    if deal.opened_at is not None:
        opened += f" on {day_of(deal.opened_at, at)}"
    before = deal.opened_at is None or deal.opened_at <= registration.received_at
    more = len(deals) - 1
    return ConflictDraft(
        kind=ConflictKind.PARTNER_DIRECT,
        registration_id=registration.id,
        partner_id=registration.partner_id,
        other_partner_id=None,
        deal_id=deal.deal_id,
        company_id=deal.company_id,
        sentence=f"{opened[0].upper()}{opened[1:]}; {registered}" if before else f"{registered}; {opened}",
        evidence=(
            *deal.match.evidence,
            *(
                [f"{more} more open {noun if more == 1 else _plural(noun)} at {deal.customer_name}."]
                if more
                else []
            ),
        ),
        rule=_rule_with_direct(registration, at, noun, before=before),
        probability=max(d.match.probability for d in deals),
    )


def _rule_with_direct(registration: Registration, at: datetime, noun: str, *, before: bool) -> str:
    if before:
        return f"An open {noun} of our own from before beats a registration."
    if registration.protects(at) and registration.protected_until is not None:
        end = day_of(registration.protected_until, at)
        later = f"{_article(noun)} {noun} opened later"
        return f"An approved registration beats {later} until its protection ends on {end}."
    return f"The registration came first and waits for a decision; once approved it beats the {noun}."


def _by_customer(deals: Iterable[DirectDeal]) -> list[list[DirectDeal]]:
    groups: dict[str, list[DirectDeal]] = {}
    for deal in deals:
        groups.setdefault(deal.company_id or f"deal:{deal.deal_id}", []).append(deal)
    return list(groups.values())


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_of(moment: datetime, now: datetime) -> str:
    """A day as "3 Nov", with the year when it is another one than now's. In UTC, like every date of ours."""
    day = moment.astimezone(UTC)
    short = f"{day.day} {_MONTHS[day.month - 1]}"
    return short if day.year == now.astimezone(UTC).year else f"{short} {day.year}"


def _day(claim: Claim, at: datetime) -> str:
    return day_of(claim.registration.received_at, at)


def _again(later: Registration, earlier: Registration) -> str:
    return "it" if later.customer_name.casefold() == earlier.customer_name.casefold() else later.customer_name


def _article(noun: str) -> str:
    return "an" if noun[:1] in "aeiou" else "a"


def _plural(noun: str) -> str:
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
