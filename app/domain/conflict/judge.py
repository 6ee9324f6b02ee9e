"""Which claims meet, on what evidence, and who wins by the house's rules."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.domain.conflict.flag import (
    DEFAULT_HOUSE,
    Claim,
    ConflictDecision,
    ConflictDraft,
    ConflictKind,
    DirectDeal,
    House,
)
from app.domain.conflict.wording import ONE_EACH, again, article, day_of, plural, received_day, sentence_of
from app.domain.matching import Match, registrable
from app.domain.precedence import Standing, Verdict, decide
from app.domain.programme import Motion
from app.domain.registration import Registration, RegistrationState


def conflicts_of(
    claim: Claim,
    others: Iterable[Claim],
    deals: Sequence[DirectDeal],
    at: datetime,
    house: House = DEFAULT_HOUSE,
) -> list[ConflictDraft]:
    """What stands against a new registration at `at`, the most certain first: other registrations that protect or
    wait, the partner's own earlier ones, and our own open deals (one flag per customer)."""
    found = [
        _against_registration(claim, other, at, house)
        for other in others
        if other.registration.id != claim.registration.id and _counts(claim, other, at, house)
    ]
    found += [
        _against_deals(claim, group, at, house)
        for group in _by_customer(deal for deal in deals if _is_other(claim.registration, deal, house))
    ]
    return sorted(found, key=lambda draft: -draft.probability)


def conflicts_of_deal(
    deal: DirectDeal, claims: Iterable[Claim], at: datetime, house: House = DEFAULT_HOUSE
) -> list[ConflictDraft]:
    """What stands against a deal that our own sales opened: every registration that protects its customer at `at`."""
    return [
        _against_deals(claim, [deal], at, house)
        for claim in claims
        if claim.registration.protects(at) and _is_other(claim.registration, deal, house)
    ]


def _counts(claim: Claim, other: Claim, at: datetime, house: House) -> bool:
    """Whether another registration still has a say: it protects, or nobody has decided on it yet, and it is about the
    same product, region and kind of business. At a renewal the incumbent has one although protection has ended."""
    if not (_may_be(other.match, house) and _same_scope(claim.registration, other.registration)):
        return False
    waits = other.registration.state is RegistrationState.SUBMITTED
    renews = claim.registration.motion is Motion.RENEWAL and other.incumbent
    return waits or renews or other.registration.protects(at)


def _same_scope(one: Registration, other: Registration) -> bool:
    """What a claim does not say, it claims whole. New business and expansion overlap; a renewal is its own."""
    places = ((one.product, other.product), (one.region, other.region))
    apart = any(a and b and a.strip().casefold() != b.strip().casefold() for a, b in places)
    same_kind = (one.motion is Motion.RENEWAL) is (other.motion is Motion.RENEWAL)
    # Whose business is renewed was won as new: a renewal meets an earlier claim of another partner.
    follows = one.partner_id != other.partner_id and (_renews(one, other) or _renews(other, one))
    return not apart and (same_kind or follows)


def _renews(later: Registration, earlier: Registration) -> bool:
    return later.motion is Motion.RENEWAL and earlier.received_at < later.received_at


def _may_be(match: Match | None, house: House) -> bool:
    return match is not None and match.probability >= house.possible_from


def _is_other(registration: Registration, deal: DirectDeal, house: House) -> bool:
    """A registration is not in conflict with the deal that it was made for, nor with one about another product."""
    apart = (
        deal.product
        and registration.product
        and deal.product.strip().casefold() != registration.product.strip().casefold()
    )
    return _may_be(deal.match, house) and deal.deal_id != registration.deal_id and not apart


def _standing(claim: Claim, at: datetime, house: House) -> Standing:
    it = claim.registration
    protects = it.protects(at)
    return Standing(
        name=claim.partner_name,
        registered=protects,
        incumbent=claim.incumbent,
        certified=claim.certified,
        named=_named(it.customer_domain, house),
        renewal=it.motion is Motion.RENEWAL,
        at=it.received_at,
        until=it.ends(at) if protects else None,
    )


def _named(domain: str, house: House) -> bool:
    return bool(house.named_accounts) and registrable(domain) in house.named_accounts


def _against_registration(claim: Claim, other: Claim, at: datetime, house: House) -> ConflictDraft:
    ours, theirs = claim.registration, other.registration
    same_partner = ours.partner_id == theirs.partner_id
    first, second = sorted((other, claim), key=lambda c: (c.registration.received_at, c.registration.id))
    standings = (_standing(other, at, house), _standing(claim, at, house))
    verdict = decide(*standings, house.order)
    if same_partner:
        sentence = (
            f"{claim.partner_name} registered {theirs.customer_name} on {received_day(first, at)} "
            f"and {again(ours, theirs, same='again')} on {received_day(second, at)}"
        )
        rule, verdict = ONE_EACH, Verdict(winner=0 if first is other else 1)
    else:
        sentence = (
            f"{first.partner_name} registered {first.registration.customer_name} on {received_day(first, at)}; "
            f"{second.partner_name} registered {again(second.registration, first.registration)} "
            f"on {received_day(second, at)}"
        )
        rule = sentence_of(verdict, standings, at, house.noun)
    match = other.match
    return ConflictDraft(
        kind=_kind(claim, other, same_partner=same_partner),
        registration_id=ours.id,
        partner_id=ours.partner_id,
        other_partner_id=None if same_partner else theirs.partner_id,
        deal_id=theirs.deal_id or ours.deal_id,
        company_id=theirs.company_id or ours.company_id,
        sentence=sentence,
        evidence=match.evidence if match else (),
        rule=rule,
        probability=match.probability if match else 0.0,
        winner=_winner_of(verdict),
        rule_id=str(verdict.rule or ""),
        standings=standings,
    )


def _kind(claim: Claim, other: Claim, *, same_partner: bool) -> ConflictKind:
    if same_partner:
        return ConflictKind.OWN_DUPLICATE
    if other.relation:
        return ConflictKind.PARENT_SUBSIDIARY
    renewal = Motion.RENEWAL in (claim.registration.motion, other.registration.motion)
    if renewal and (claim.incumbent or other.incumbent):
        return ConflictKind.RENEWAL_INCUMBENT
    return ConflictKind.PARTNER_PARTNER


def _winner_of(verdict: Verdict) -> str:
    """Whether the rules say that the flagged registration, the second of the two, stands or gives way; empty where
    they say nothing."""
    if verdict.winner is None:
        return ""
    return ConflictDecision.UPHOLD.value if verdict.winner == 1 else ConflictDecision.DISMISS.value


def _against_deals(claim: Claim, deals: Sequence[DirectDeal], at: datetime, house: House) -> ConflictDraft:
    registration, noun = claim.registration, house.noun
    deal = min(deals, key=lambda d: (d.opened_at is None, d.opened_at or at, d.deal_id))
    registered = f"{claim.partner_name} registered {registration.customer_name} on {received_day(claim, at)}"
    opened = f"{deal.owner_name or 'your team'} opened {article(noun)} {noun}"
    if deal.opened_at is not None:
        opened += f" on {day_of(deal.opened_at, at)}"
    before = deal.opened_at is None or deal.opened_at <= registration.received_at
    direct = Standing(
        name=deal.owner_name or "your team",
        direct=True,
        named=_named(deal.domain, house),
        at=deal.opened_at,
    )
    standings = (direct, _standing(claim, at, house))
    verdict = decide(*standings, house.order)
    more = len(deals) - 1
    several = noun if more == 1 else plural(noun)
    return ConflictDraft(
        kind=ConflictKind.PARENT_SUBSIDIARY if deal.relation else ConflictKind.PARTNER_DIRECT,
        registration_id=registration.id,
        partner_id=registration.partner_id,
        other_partner_id=None,
        deal_id=deal.deal_id,
        company_id=deal.company_id,
        sentence=f"{opened[0].upper()}{opened[1:]}; {registered}" if before else f"{registered}; {opened}",
        evidence=(
            *deal.match.evidence,
            *([f"{more} more open {several} at {deal.customer_name}."] if more else []),
        ),
        rule=sentence_of(verdict, standings, at, noun),
        probability=max(d.match.probability for d in deals),
        winner=_winner_of(verdict),
        rule_id=str(verdict.rule or ""),
        standings=standings,
    )


def _by_customer(deals: Iterable[DirectDeal]) -> list[list[DirectDeal]]:
    groups: dict[str, list[DirectDeal]] = {}
    for deal in deals:
        groups.setdefault(deal.company_id or f"deal:{deal.deal_id}", []).append(deal)
    return list(groups.values())
