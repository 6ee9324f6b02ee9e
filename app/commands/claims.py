"""Who else has a claim on a registered customer: brings together what storage knows and lets the domain judge.

Everything here runs inside the command's transaction over our own copy: two partners who register at the same
instant are decided one after the other, in the order of their receipt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from app.commands.context import Context
from app.domain.conflict import (
    Claim,
    ConflictDraft,
    ConflictFlag,
    DirectDeal,
    House,
    conflicts_of,
    conflicts_of_deal,
)
from app.domain.matching import Match, Profile, compare, profile
from app.domain.matching import keys as match_keys
from app.domain.matching.compare import Band
from app.domain.programme import Motion
from app.domain.record import CrmKind, ObjectKind, Record, RecordKey
from app.domain.registration import Registration
from app.domain.tenant import Tenant
from app.ground.clock import from_iso
from app.ground.ids import new_id
from app.storage import certification as certifications
from app.storage import conflict as conflicts
from app.storage import partner as partners
from app.storage import programme as programmes
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage.outbox import OutboxKind

FAMILY_PROBABILITY = 0.9
"""How sure we are of a link that the CRM itself holds between two companies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One account at one moment: what claims are judged in. Reads only."""

    connection: Connection
    tenant: Tenant
    house: House
    now: datetime

    @property
    def id(self) -> str:
        return self.tenant.id


def scene_of(context: Context) -> Scene:
    return make_scene(context.connection, context.tenant, context.now)


def make_scene(connection: Connection, tenant: Tenant, now: datetime) -> Scene:
    """The account under the programme that is in force."""
    programme = programmes.current(connection, tenant.id)
    house = House(
        order=programme.precedence,
        named_accounts=frozenset(programme.named_accounts),
        possible_from=programme.possible_from,
        noun="opportunity" if tenant.crm is CrmKind.SALESFORCE else "deal",
    )
    return Scene(connection=connection, tenant=tenant, house=house, now=now)


def place(context: Context, registration: Registration) -> Registration:
    """The registration on the customer it means, and on the deal its partner already works on there, as far as our
    copy of the CRM knows them. One that was made on a record stays there."""
    if registration.company_id or registration.deal_id:
        return registration
    scene = scene_of(context)
    likely = [
        (match, company) for company, match in _companies(scene, registration) if match.band is Band.SAME
    ]
    if not likely:
        return registration
    company = max(likely, key=lambda pair: pair[0].probability)[1]
    own = [
        deal
        for deal in _open_deals(scene, company.key.crm_id)
        if partners.is_on(context.connection, context.tenant.id, deal.key, registration.partner_id)
    ]
    return replace(
        registration, company_id=company.key.crm_id, deal_id=own[0].key.crm_id if len(own) == 1 else None
    )


def incumbent_of(context: Context, registration: Registration) -> str:
    """The partner whose registration of this customer was approved last before; empty where there was none."""
    scene = scene_of(context)
    found = _incumbent_id(scene, registration)
    return _partner_name(scene, found) if found else ""


def check_conflicts(context: Context, registration: Registration) -> int:
    """Flags every conflict of a registration that is not flagged yet, here and in the CRM; how many there are."""
    return _flag(context, drafts_for(scene_of(context), registration))


def check_deal(context: Context, deal: Record, company: Record) -> int:
    """Flags what stands against a deal that our own sales opened or changed: every protection of its customer."""
    scene = scene_of(context)
    if not _is_direct(scene, deal):
        return 0
    found = []
    for registration in near(scene, company):
        mine = _profile(registration)
        direct = _direct(scene, deal, company, _company_match(registration, company, mine))
        found += conflicts_of_deal(direct, [_claim(scene, registration)], scene.now, scene.house)
    return _flag(context, found)


def drafts_for(scene: Scene, registration: Registration) -> list[ConflictDraft]:
    """Everything that stands against a registration now."""
    return conflicts_of(
        _claim(scene, registration),
        _other_claims(scene, registration),
        _direct_deals(scene, registration),
        scene.now,
        scene.house,
    )


def near(scene: Scene, company: Record) -> list[Registration]:
    """Registrations that may be about a company: made on its record, or sharing a key with it."""
    keys = match_keys(company.fields.get("name") or "", company.fields.get("domain") or "", ())
    ids = [
        source_id
        for source, source_id in registrations.matching(scene.connection, scene.id, sorted(keys))
        if source == "registration"
    ]
    found = {one.id: one for one in registrations.get_many(scene.connection, scene.id, ids)}
    found |= {
        one.id: one for one in registrations.of_customer(scene.connection, scene.id, company.key.crm_id)
    }
    return sorted(found.values(), key=lambda one: (one.received_at, one.id))


def _flag(context: Context, drafts: Sequence[ConflictDraft]) -> int:
    """Each conflict once: what was flagged before, settled or not, is not flagged again."""
    known = conflicts.of_registrations(
        context.connection, context.tenant.id, sorted({draft.registration_id for draft in drafts})
    )
    seen = {_key(flag) for flag in known}
    new = [draft for draft in drafts if _key(draft) not in seen]
    for draft in new:
        flag = draft.flag(new_id(), context.now)
        conflicts.add(context.connection, context.tenant.id, flag)
        home = _home(flag.deal_id, flag.company_id)
        context.tell_crm(OutboxKind.CONFLICT, flag.id, flag.partner_id, record=home)
    return len(new)


def _key(one: ConflictDraft | ConflictFlag) -> tuple[str, str, str | None, str | None]:
    """What makes two flags the same conflict. Against our own sales one flag stands for all deals of a customer."""
    place = None if one.other_partner_id else one.company_id or one.deal_id
    return str(one.kind), one.registration_id, one.other_partner_id, place


def _claim(scene: Scene, registration: Registration, match: Match | None = None, relation: str = "") -> Claim:
    partner_id = registration.partner_id
    return Claim(
        registration=registration,
        partner_name=_partner_name(scene, partner_id),
        match=match,
        certified=_is_certified(scene, partner_id),
        incumbent=_is_incumbent(scene, registration),
        relation=relation,
    )


def _is_certified(scene: Scene, partner_id: str) -> bool:
    today = scene.now.date()
    held = certifications.of_partners(scene.connection, scene.id, [partner_id])
    return any(one.is_valid(today) for one in held)


def _is_incumbent(scene: Scene, registration: Registration) -> bool:
    """Whether the partner holds the business that is renewed: its registration of this customer was approved last."""
    if registration.motion is Motion.RENEWAL:
        return _incumbent_id(scene, registration) == registration.partner_id
    return registration.protected_from is not None


def _incumbent_id(scene: Scene, registration: Registration) -> str:
    if not registration.company_id:
        return ""
    granted = [
        one
        for one in registrations.of_customer(scene.connection, scene.id, registration.company_id)
        if one.protected_from
        and one.received_at < registration.received_at
        and _same_product(one, registration)
    ]
    return granted[-1].partner_id if granted else ""


def _same_product(one: Registration, other: Registration) -> bool:
    """A claim without a product is about all of them."""
    return not one.product or not other.product or one.product.casefold() == other.product.casefold()


def _other_claims(scene: Scene, registration: Registration) -> list[Claim]:
    """Registrations that share a key, the customer record, or a family of companies with this one."""
    found = {r.id: r for r in _matching_registrations(scene, registration)}
    if registration.company_id:
        for other in registrations.on_record(
            scene.connection, scene.id, deal_id=None, company_id=registration.company_id
        ):
            found[other.id] = other
    mine = _profile(registration)
    claims = {
        other.id: _claim(scene, other, _match(registration, other, mine))
        for other in found.values()
        if other.id != registration.id
    }
    for company, match, relation in _family(scene, registration):
        for other in registrations.of_customer(scene.connection, scene.id, company.key.crm_id):
            known = claims.get(other.id)
            if known is None or known.match is None or known.match.probability < scene.house.possible_from:
                claims[other.id] = _claim(scene, other, match, relation)
    return list(claims.values())


def _family(scene: Scene, registration: Registration) -> list[tuple[Record, Match, str]]:
    """The parent of the registered company and its other subsidiaries, and its own, each with the evidence."""
    if not registration.company_id:
        return []
    company_id = registration.company_id
    home = records.get(scene.connection, scene.id, RecordKey(ObjectKind.COMPANY, company_id))
    parent = (home.fields.get("parent") or "") if home else ""
    children = registrations.subsidiaries(scene.connection, scene.id, company_id)
    siblings = registrations.subsidiaries(scene.connection, scene.id, parent) if parent else []
    ids = [one for one in dict.fromkeys([parent, *children, *siblings]) if one and one != company_id]
    held = records.get_many(scene.connection, scene.id, [RecordKey(ObjectKind.COMPANY, one) for one in ids])
    if home is None:
        return []
    told = []
    for company in held.values():
        relation = _relation(company.key.crm_id, parent, children)
        sentence = {
            "parent": f"{company.name} is the parent company of {home.name} in the CRM.",
            "subsidiary": f"{company.name} is a subsidiary of {home.name} in the CRM.",
        }.get(relation, f"{company.name} and {home.name} have the same parent company in the CRM.")
        match = Match(probability=FAMILY_PROBABILITY, evidence=(sentence,), band=Band.POSSIBLE)
        told.append((company, match, relation))
    return told


def _relation(company_id: str, parent: str, children: Sequence[str]) -> str:
    if company_id == parent:
        return "parent"
    return "subsidiary" if company_id in children else "sister"


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


def _direct_deals(scene: Scene, registration: Registration) -> list[DirectDeal]:
    """Open deals without any partner, at customers that may be the registered one, or of its family."""
    near_by = [
        (company, match, "")
        for company, match in _companies(scene, registration)
        if match.probability >= scene.house.possible_from
    ]
    known = {company.key for company, _, _ in near_by}
    near_by += [one for one in _family(scene, registration) if one[0].key not in known]
    return [
        _direct(scene, deal, company, match, relation)
        for company, match, relation in near_by
        for deal in _open_deals(scene, company.key.crm_id)
        if _is_direct(scene, deal)
    ]


def _is_direct(scene: Scene, deal: Record) -> bool:
    return not partners.on_record(scene.connection, scene.id, deal.key)


def _direct(scene: Scene, deal: Record, company: Record, match: Match, relation: str = "") -> DirectDeal:
    owners = {owner.id: owner.name for owner in tenants.owners(scene.connection, scene.id)}
    return DirectDeal(
        deal_id=deal.key.crm_id,
        customer_name=company.name,
        match=match,
        company_id=company.key.crm_id,
        owner_name=owners.get(deal.fields.get("owner") or "", ""),
        opened_at=_opened(deal),
        product=deal.fields.get("product") or "",
        domain=company.fields.get("domain") or "",
        relation=relation,
    )


def _companies(scene: Scene, registration: Registration) -> list[tuple[Record, Match]]:
    """The companies of the CRM that the registration may mean, each with why."""
    mine = _profile(registration)
    ids = [source_id for source, source_id in _candidates(scene, registration) if source == "company"]
    if registration.company_id and registration.company_id not in ids:
        ids.append(registration.company_id)
    held = records.get_many(
        scene.connection, scene.id, [RecordKey(ObjectKind.COMPANY, company_id) for company_id in ids]
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


def _matching_registrations(scene: Scene, registration: Registration) -> Sequence[Registration]:
    ids = [source_id for source, source_id in _candidates(scene, registration) if source == "registration"]
    return registrations.get_many(scene.connection, scene.id, ids)


def _candidates(scene: Scene, registration: Registration) -> list[tuple[str, str]]:
    keys = match_keys(registration.customer_name, registration.customer_domain, _emails(registration))
    return registrations.matching(scene.connection, scene.id, sorted(keys))


def _profile(registration: Registration) -> Profile:
    return profile(registration.customer_name, registration.customer_domain, _emails(registration))


def _emails(registration: Registration) -> Iterable[str]:
    return [registration.contact_email] if registration.contact_email else []


def _open_deals(scene: Scene, company_id: str) -> list[Record]:
    closed = {stage.value for stage in tenants.stages(scene.connection, scene.id) if stage.closed}
    return [
        deal
        for deal in records.deals_of(scene.connection, scene.id, company_id)
        if deal.fields.get("stage") not in closed
    ]


def _opened(deal: Record) -> datetime | None:
    try:
        return from_iso(deal.fields.get("created") or "")
    except ValueError:
        return None


def _partner_name(scene: Scene, partner_id: str) -> str:
    partner = partners.get(scene.connection, scene.id, partner_id)
    return partner.name if partner else "Another partner"


def _home(deal_id: str | None, company_id: str | None) -> RecordKey | None:
    if deal_id:
        return RecordKey(ObjectKind.DEAL, deal_id)
    return RecordKey(ObjectKind.COMPANY, company_id) if company_id else None
