"""The facts of a contact's card: who the person is here, the firms it works for, its steps and its rooms. Reads the
working copy only, by a bounded number of questions; what the CRM was asked is handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.domain.actor import ActorKind
from app.domain.content import recommended
from app.domain.partner import Partner, PartnerContact
from app.domain.plan import Step
from app.domain.record import Record, RecordKey
from app.domain.tenant import Tenant
from app.reading.facts import WHAT, Asked
from app.sharing.gate import rules_of
from app.sharing.rules import SUCCESS, Hours, Passcode, Terms, Visit
from app.storage import certification as certifications
from app.storage import content as contents
from app.storage import outbox, person
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import record as records
from app.storage import tenant as tenants
from app.storage import tier as tiers
from app.storage.outbox import OutboxKind
from app.storage.published.links import PublishedLink, open_links
from cards import words
from cards.facts import DealWork, PartnerFacts, Person, RecordFacts, RejectedWrite

STEPS_SHOWN = 12
ROOMS_SHOWN = 12
WORKPLACES = 200
"""Records of the person's firms whose steps and links are looked at, the newest: so that a card costs what the firms
work on, not what the account holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A contact of the CRM as far as it is known: by what we hold of it, or by `told`, what the CRM says."""

    emails: Sequence[str]
    contacts: Sequence[PartnerContact]
    employers: Sequence[str]
    told: Mapping[str, str]

    @property
    def firms(self) -> list[str]:
        return list(dict.fromkeys([*(one.partner_id for one in self.contacts), *self.employers]))


def who_is(connection: Connection, tenant_id: str, contact_id: str, told: Mapping[str, str]) -> Who:
    """Whom we hold of the contact, by its id and by every address that is known to be its own."""
    emails = {*person.emails_of(connection, tenant_id, contact_id)}
    emails |= {told["email"].strip().lower()} if told.get("email") else set()
    held = partners.contacts_who_are(connection, tenant_id, contact_id, sorted(emails))
    mine = sorted(emails | {one.email.lower() for one in held})
    return Who(
        emails=mine,
        contacts=held,
        employers=certifications.employers(connection, tenant_id, mine) if mine else (),
        told=told,
    )


def gather_person(
    connection: Connection, tenant: Tenant, key: RecordKey, who: Who, asked: Asked, now: datetime
) -> RecordFacts:
    """Everything the card of this contact says, for this viewer."""
    everyone = partners.all_of(connection, tenant.id)
    firms = [partner for partner in everyone if partner.id in who.firms]
    one = _person(who, everyone)
    return RecordFacts(
        record=Record(key=key, fields={"name": one.name}),
        viewer=asked.actor,
        crm=tenant.crm,
        person=one,
        partners=_firms(connection, tenant.id, firms, who, asked),
        deals=_work(connection, tenant, firms, who, now),
        available_partners=tuple(partner for partner in everyone if partner not in firms),
        requirements=tuple(certifications.requirements(connection, tenant.id)),
        rejected=_rejected(connection, tenant.id) if firms else (),
        as_of=now,
        lost=bool(tenants.trouble_of(connection, tenant.id)),
        may_admin=asked.actor.kind is ActorKind.ADMIN,
        zone=asked.zone or tenant.time_zone,
        locale=words.written_in(asked.locale),
        currency=tenant.currency,
    )


def _person(who: Who, everyone: Sequence[Partner]) -> Person:
    held = next(iter(who.contacts), None)
    told = " ".join(filter(None, (who.told.get("first_name"), who.told.get("last_name"))))
    email = held.email if held else who.told.get("email", "") or next(iter(who.emails), "")
    company = who.told.get("company")
    return Person(
        name=(held.name if held else told) or email or "This contact",
        email=email,
        emails=frozenset(who.emails),
        title=held.title if held else who.told.get("title", ""),
        firm_id=next((p.id for p in everyone if company and p.crm_company_id == company), ""),
    )


def _firms(
    connection: Connection, tenant_id: str, firms: Sequence[Partner], who: Who, asked: Asked
) -> tuple[PartnerFacts, ...]:
    if not firms:
        return ()
    held = certifications.of_partners(connection, tenant_id, [partner.id for partner in firms])
    catalogue = contents.catalogue(connection, tenant_id) if asked.content_url else ()
    standings = tiers.standings(connection, tenant_id, [one.id for one in firms if one.tier])
    return tuple(
        PartnerFacts(
            partner=partner,
            contacts=tuple(one for one in who.contacts if one.partner_id == partner.id),
            certifications=tuple(one for one in held if one.partner_id == partner.id),
            tier=standings.get(partner.id),
            content=tuple(
                (item, asked.content_url(item.id))
                for item in recommended(catalogue, partner.type, "", "")
                if asked.content_url
            ),
        )
        for partner in firms
    )


def _work(
    connection: Connection, tenant: Tenant, firms: Sequence[Partner], who: Who, now: datetime
) -> tuple[DealWork, ...]:
    """The records on which the person has something to do or a room to open, with no more than that."""
    if not firms:
        return ()
    ids = sorted(partner.id for partner in firms)
    places = partners.workplaces(connection, tenant.id, ids, WORKPLACES)
    found = steps.open_steps_of(connection, tenant.id, places, who.emails, STEPS_SHOWN)
    mine = [(key, step) for key, step in found if step.partner_id in ids]
    rooms = _rooms(connection, tenant.id, places, ids, who, now)
    keys = dict.fromkeys([*(key for key, _ in mine), *(link.record for link in rooms if link.record)])
    held = records.get_many(connection, tenant.id, keys)
    return tuple(
        DealWork(
            record=held[key],
            partners=tuple(_share(partner, key, mine, rooms) for partner in firms),
            href=tenant.page_of(key),
        )
        for key in keys
        if key in held
    )


def _share(
    partner: Partner,
    key: RecordKey,
    mine: Sequence[tuple[RecordKey, Step]],
    rooms: Sequence[PublishedLink],
) -> PartnerFacts:
    """What of it belongs to one firm on one record."""
    links = [link for link in rooms if (link.record, link.partner_id) == (key, partner.id)]
    return PartnerFacts(
        partner=partner,
        steps=tuple(step for at, step in mine if (at, step.partner_id) == (key, partner.id)),
        links=tuple(link.for_seller() for link in links),
    )


def _rooms(
    connection: Connection,
    tenant_id: str,
    places: Sequence[RecordKey],
    partner_ids: Sequence[str],
    who: Who,
    now: datetime,
) -> list[PublishedLink]:
    """The links that one of the person's mailboxes opens, whatever else they ask for once they are opened."""
    found = open_links(connection, tenant_id, places, partner_ids, now)
    return [link for link in found if any(_lets_in(link, email, now) for email in who.emails)][:ROOMS_SHOWN]


def _lets_in(link: PublishedLink, email: str, now: datetime) -> bool:
    """By the rules that say who may come, and how often; hours pass, and a passcode is asked for at the door."""
    visit = Visit(at=now, proved=email, opening=link.views + 1)
    later = (Hours, Passcode, Terms)
    return all(rule.check(visit) is SUCCESS for rule in rules_of(link) if not isinstance(rule, later))


def _rejected(connection: Connection, tenant_id: str) -> tuple[RejectedWrite, ...]:
    return tuple(
        RejectedWrite(
            outbox_id=row.id,
            what=WHAT[row.kind],
            reason=row.refusal,
            partner_id=row.partner_id or "",
            subject_id=row.subject_id,
        )
        for row in outbox.refused(connection, tenant_id)
        if row.kind is OutboxKind.CERTIFICATION
    )
