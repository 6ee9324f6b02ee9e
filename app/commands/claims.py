"""Who else has a claim on a registered customer: brings together what storage knows and lets the domain judge.

Everything here runs inside the command's transaction over our own copy: two partners who register at the same
instant are decided one after the other, in the order of their receipt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from app.commands.context import Context
from app.domain.conflict import Claim, DirectDeal, conflicts_of
from app.domain.matching import Band, Match, Profile, compare, profile
from app.domain.matching import keys as match_keys
from app.domain.record import CrmKind, ObjectKind, Record, RecordKey
from app.domain.registration import Registration
from app.ground.clock import from_iso
from app.ground.ids import new_id
from app.storage import partner as partners
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage.outbox import OutboxKind


def place(context: Context, registration: Registration) -> Registration:
    """The registration on the customer it means, and on the deal its partner already works on there, as far as our
    copy of the CRM knows them. One that was made on a record stays there."""
    if registration.company_id or registration.deal_id:
        return registration
    likely = [
        (match, company) for company, match in _companies(context, registration) if match.band is Band.SAME
    ]
    if not likely:
        return registration
    company = max(likely, key=lambda pair: pair[0].probability)[1]
    own = [
        deal
        for deal in _open_deals(context, company.key.crm_id)
        if partners.is_on(context.connection, context.tenant.id, deal.key, registration.partner_id)
    ]
    return replace(
        registration, company_id=company.key.crm_id, deal_id=own[0].key.crm_id if len(own) == 1 else None
    )


def check_conflicts(context: Context, registration: Registration, partner_name: str) -> int:
    """Flags every conflict of a new registration, here and in the CRM; how many there are."""
    claim = Claim(registration=registration, partner_name=partner_name)
    drafts = conflicts_of(
        claim,
        _other_claims(context, registration),
        _direct_deals(context, registration),
        context.now,
        "opportunity" if context.tenant.crm is CrmKind.SALESFORCE else "deal",
    )
    for draft in drafts:
        flag = draft.flag(new_id(), context.now)
        registrations.add_conflict(context.connection, context.tenant.id, flag)
        home = _home(flag.deal_id, flag.company_id)
        context.tell_crm(OutboxKind.CONFLICT, flag.id, flag.partner_id, record=home)
    return len(drafts)


def _other_claims(context: Context, registration: Registration) -> list[Claim]:
    """Registrations that share a key or the customer record with this one."""
    found = {r.id: r for r in _matching_registrations(context, registration)}
    if registration.company_id:
        for other in registrations.on_record(
            context.connection, context.tenant.id, deal_id=None, company_id=registration.company_id
        ):
            found[other.id] = other
    mine = _profile(registration)
    return [
        Claim(
            registration=other,
            partner_name=_partner_name(context, other.partner_id),
            match=_match(registration, other, mine),
        )
        for other in found.values()
        if other.id != registration.id
    ]


def _match(registration: Registration, other: Registration, mine: Profile) -> Match:
    """The same customer record in the CRM settles it; otherwise the evidence does."""
    match = compare(mine, _profile(other))
    if (
        registration.company_id
        and registration.company_id == other.company_id
        and match.band is not Band.SAME
    ):
        evidence = ("Both registrations belong to the same customer record.", *match.evidence)
        return Match(probability=0.99, evidence=evidence, band=Band.SAME)
    return match


def _direct_deals(context: Context, registration: Registration) -> list[DirectDeal]:
    """Open deals without any partner, at customers that may be the registered one."""
    owners = {owner.id: owner.name for owner in tenants.owners(context.connection, context.tenant.id)}
    return [
        DirectDeal(
            deal_id=deal.key.crm_id,
            customer_name=company.name,
            match=match,
            company_id=company.key.crm_id,
            owner_name=owners.get(deal.fields.get("owner") or "", ""),
            opened_at=_opened(deal),
        )
        for company, match in _companies(context, registration)
        if match.band is not Band.DIFFERENT
        for deal in _open_deals(context, company.key.crm_id)
        if not partners.on_record(context.connection, context.tenant.id, deal.key)
    ]


def _companies(context: Context, registration: Registration) -> list[tuple[Record, Match]]:
    """The companies of the CRM that the registration may mean, each with why."""
    mine = _profile(registration)
    ids = [source_id for source, source_id in _candidates(context, registration) if source == "company"]
    if registration.company_id and registration.company_id not in ids:
        ids.append(registration.company_id)
    held = records.get_many(
        context.connection,
        context.tenant.id,
        [RecordKey(ObjectKind.COMPANY, company_id) for company_id in ids],
    )
    return [(company, _company_match(registration, company, mine)) for company in held.values()]


def _company_match(registration: Registration, company: Record, mine: Profile) -> Match:
    match = compare(
        mine,
        profile(company.name, company.fields.get("domain") or "", (), company.fields.get("country") or ""),
    )
    if registration.company_id == company.key.crm_id and match.band is not Band.SAME:
        evidence = ("The registration was made on this customer's record.", *match.evidence)
        return Match(probability=0.99, evidence=evidence, band=Band.SAME)
    return match


def _matching_registrations(context: Context, registration: Registration) -> Sequence[Registration]:
    ids = [source_id for source, source_id in _candidates(context, registration) if source == "registration"]
    return registrations.get_many(context.connection, context.tenant.id, ids)


def _candidates(context: Context, registration: Registration) -> list[tuple[str, str]]:
    keys = match_keys(registration.customer_name, registration.customer_domain, _emails(registration))
    return registrations.matching(context.connection, context.tenant.id, sorted(keys))


def _profile(registration: Registration) -> Profile:
    return profile(registration.customer_name, registration.customer_domain, _emails(registration))


def _emails(registration: Registration) -> Iterable[str]:
    return [registration.contact_email] if registration.contact_email else []


def _open_deals(context: Context, company_id: str) -> list[Record]:
    closed = {stage.value for stage in tenants.stages(context.connection, context.tenant.id) if stage.closed}
    return [
        deal
        for deal in records.deals_of(context.connection, context.tenant.id, company_id)
        if deal.fields.get("stage") not in closed
    ]


def _opened(deal: Record) -> datetime | None:
    try:
        return from_iso(deal.fields.get("created") or "")
    except ValueError:
        return None


def _partner_name(context: Context, partner_id: str) -> str:
    partner = partners.get(context.connection, context.tenant.id, partner_id)
    return partner.name if partner else "Another partner"


def _home(deal_id: str | None, company_id: str | None) -> RecordKey | None:
    if deal_id:
        return RecordKey(ObjectKind.DEAL, deal_id)
    return RecordKey(ObjectKind.COMPANY, company_id) if company_id else None
