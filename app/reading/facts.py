"""Fills the facts that cards are built from. Reads the working copy only; no CRM call, no rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.commands.publishing import stage_track
from app.crm.port import CrmFile, Owner, Stage
from app.domain.actor import Actor, ActorKind
from app.domain.certification import Certification
from app.domain.content import ContentItem, recommended
from app.domain.link import EarlierCopy, LinkPreset, SharedFile, ShareLink
from app.domain.partner import Partner, PartnerContact, PartnerType
from app.domain.plan import Step
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.registration import Registration
from app.domain.tenant import Tenant
from app.domain.thread import Message
from app.domain.tier import TierStanding
from app.reading.plan_choices import with_choices
from app.storage import certification as certifications
from app.storage import conflict as conflicts
from app.storage import content as contents
from app.storage import file as files
from app.storage import link_preset, outbox
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import plan_template as templates
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage import thread as messages
from app.storage import tier as tiers
from app.storage.change_mark import NEIGHBOURS
from app.storage.outbox import OutboxKind
from app.storage.published.copies import downloads_of
from app.storage.published.files import every_version
from app.storage.published.links import ROOM, links_of
from app.storage.published.requests import newest_terms, visits_of, waiting_on
from cards import words
from cards.facts import Colleague, DealWork, PartnerFacts, RecordFacts, RejectedWrite

STALE_AFTER = timedelta(hours=1)
"""Older than this, a card says that the CRM may have moved on."""

DEALS_SHOWN = NEIGHBOURS
"""Deals of a company whose partner work its cards show: a change of any of them makes these cards anew."""

WHAT = {
    OutboxKind.MESSAGE: "the message",
    OutboxKind.STEP: "the task",
    OutboxKind.REGISTRATION: "the registration",
    OutboxKind.CONFLICT: "the conflict flag",
    OutboxKind.CERTIFICATION: "the certification",
    OutboxKind.LINK: "the share link",
    OutboxKind.PARTNER: "the partner",
    OutboxKind.PERSON: "the contact",
    OutboxKind.PLACEMENT: "the partner's place on this record",
    OutboxKind.PLAN: "the state of the plan",
}
"""What a refused write was about, as a seller would call it."""


def _nowhere(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a card was opened for: who looks, at which partner and page, and what the CRM was asked beforehand.
    `zone` and `locale` are how the CRM says the viewer reads; without a zone it is the account's. `preview_url` is
    where the viewer sees what a partner of the record sees. `visits` asks for who opened the links, who wants in and
    what new ones begin with."""

    actor: Actor
    focus: str = ""
    before: str = ""
    zone: str = ""
    locale: str = ""
    crm_files: Sequence[CrmFile] = ()
    preview_url: Callable[[str], str] = _nowhere
    calendar_url: Callable[[str], str] | None = None
    content_url: Callable[[str], str] | None = None
    file_url: Callable[[str, int], str] | None = None
    visits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What all partners of a record have in common, read once."""

    contacts: Sequence[PartnerContact]
    certifications: Sequence[Certification]
    tiers: Mapping[str, TierStanding]
    catalogue: Sequence[ContentItem]
    registrations: Sequence[Registration]
    links: Sequence[ShareLink]
    counts: Mapping[str, int]
    pages: Mapping[str, tuple[Sequence[Message], bool]]
    unread: Mapping[str, int]
    steps: Sequence[Step]
    files: Sequence[SharedFile]
    presets: Mapping[PartnerType, LinkPreset]
    terms: bool


def gather(
    connection: Connection, tenant: Tenant, record: Record, asked: Asked, now: datetime
) -> RecordFacts:
    """Everything the cards of this record say, for this viewer."""
    deal_id, company_id = _ids(record)
    company = (
        records.get(connection, tenant.id, RecordKey(ObjectKind.COMPANY, record.company_id))
        if record.company_id
        else None
    )
    stages = tenants.stages(connection, tenant.id)
    owners = tenants.owners(connection, tenant.id)
    own = _partners(connection, tenant, record, asked)
    everyone = partners.all_of(connection, tenant.id)
    here = {facts.partner.id for facts in own}
    return RecordFacts(
        record=_readable(record, stages, owners),
        viewer=asked.actor,
        crm=tenant.crm,
        company=company,
        partners=own,
        deals=_deals(connection, tenant, record, asked, stages, owners),
        conflicts=tuple(conflicts.on_record(connection, tenant.id, deal_id=deal_id, company_id=company_id)),
        available_partners=tuple(partner for partner in everyone if partner.id not in here),
        colleagues=tuple(Colleague(name=o.name, email=o.email) for o in owners),
        crm_files=tuple(asked.crm_files),
        rejected=_rejected(connection, tenant.id, record.key),
        requirements=tuple(certifications.requirements(connection, tenant.id)),
        stage_values=tuple((stage.value, stage.label) for stage in stages if not stage.closed),
        templates=tuple(templates.published(connection, tenant.id)) if own else (),
        country=tenant.country,
        stages=tuple(label for label, _ in stage_track(stages, record.fields.get("stage") or "")),
        stage=_label(stages, record.fields.get("stage")),
        as_of=record.read_at,
        stale=record.read_at is not None and now - record.read_at > STALE_AFTER,
        lost=bool(tenants.trouble_of(connection, tenant.id)),
        may_admin=asked.actor.kind is ActorKind.ADMIN,
        focus=asked.focus,
        before=asked.before,
        zone=asked.zone or tenant.time_zone,
        locale=words.written_in(asked.locale),
        currency=tenant.currency,
    )


def _partners(
    connection: Connection, tenant: Tenant, record: Record, asked: Asked
) -> tuple[PartnerFacts, ...]:
    """As many questions for one partner as for twenty, and one for a record without any."""
    attached = partners.on_record(connection, tenant.id, record.key)
    if not attached:
        return ()
    shared = _shared(connection, tenant.id, record, [partner for partner, _ in attached], asked)
    found = tuple(_partner(partner, record, shared, asked) for partner, _ in attached)
    return tuple(with_choices(connection, tenant.id, record, found))


def _shared(
    connection: Connection, tenant_id: str, record: Record, here: Sequence[Partner], asked: Asked
) -> _Shared:
    partner_ids = [partner.id for partner in here]
    tiered = any(partner.tier for partner in here)
    deal_id, company_id = _ids(record)
    return _Shared(
        contacts=partners.contacts(connection, tenant_id, partner_ids),
        certifications=certifications.of_partners(connection, tenant_id, partner_ids),
        tiers=tiers.standings(connection, tenant_id, partner_ids) if tiered else {},
        catalogue=contents.catalogue(connection, tenant_id) if asked.content_url else (),
        registrations=registrations.on_record(connection, tenant_id, deal_id=deal_id, company_id=company_id),
        links=_links(connection, tenant_id, record.key, visits=asked.visits),
        counts=messages.counts(connection, tenant_id, record.key),
        pages=messages.pages(
            connection, tenant_id, record.key, partner_ids, before=asked.before, focus=asked.focus
        ),
        unread=messages.unread(connection, tenant_id, record.key),
        steps=steps.on_record(connection, tenant_id, record.key),
        files=_files(connection, tenant_id, record.key, asked.file_url),
        presets=link_preset.presets(connection, tenant_id) if asked.visits else {},
        terms=asked.visits and bool(newest_terms(connection, tenant_id)[0]),
    )


def _links(connection: Connection, tenant_id: str, key: RecordKey, *, visits: bool) -> list[ShareLink]:
    """The record's links; with `visits` also who opened them and who asks to be let in: two more questions, however
    many links there are."""
    links = [link for link in links_of(connection, tenant_id, record=key) if link.purpose == ROOM]
    if not visits:
        return [link.for_seller() for link in links]
    ids = [link.id for link in links]
    opened = visits_of(connection, tenant_id, ids)
    waiting = waiting_on(connection, tenant_id, ids)
    return [
        replace(
            link.for_seller(),
            visits=tuple(opened.get(link.id, ())),
            requests=tuple(waiting.get(link.id, ())),
        )
        for link in links
    ]


def _partner(partner: Partner, record: Record, shared: _Shared, asked: Asked) -> PartnerFacts:
    page, older = shared.pages.get(partner.id, ((), False))
    links = tuple(link for link in shared.links if link.partner_id == partner.id)
    visits = [link.last_viewed_at for link in links if link.last_viewed_at]
    return PartnerFacts(
        partner=partner,
        contacts=tuple(c for c in shared.contacts if c.partner_id == partner.id),
        messages=tuple(page),
        unread=shared.unread.get(partner.id, 0),
        total_messages=shared.counts.get(partner.id, 0),
        older=older,
        steps=tuple(step for step in shared.steps if step.partner_id == partner.id),
        registrations=tuple(r for r in shared.registrations if r.partner_id == partner.id),
        certifications=tuple(c for c in shared.certifications if c.partner_id == partner.id),
        tier=shared.tiers.get(partner.id),
        links=links,
        files=tuple(file for file in shared.files if file.partner_id == partner.id),
        last_viewed_at=max(visits, default=None),
        preview_url=asked.preview_url(partner.id),
        calendar_url=_calendar_url(partner, shared, asked),
        content=_content(partner, record, shared, asked),
        preset=shared.presets.get(partner.type, LinkPreset()),
        terms=shared.terms,
    )


def _content(
    partner: Partner, record: Record, shared: _Shared, asked: Asked
) -> tuple[tuple[ContentItem, str], ...]:
    """What fits this partner at this stage, with where it is opened."""
    stage, product = record.fields.get("stage") or "", record.fields.get("product") or ""
    fitting = recommended(shared.catalogue, partner.type, stage, product)
    return tuple((item, asked.content_url(item.id)) for item in fitting if asked.content_url)


def _calendar_url(partner: Partner, shared: _Shared, asked: Asked) -> str:
    """Only for a plan with a step in it."""
    planned = any(step.partner_id == partner.id for step in shared.steps)
    return asked.calendar_url(partner.id) if asked.calendar_url and planned else ""


def _deals(
    connection: Connection,
    tenant: Tenant,
    record: Record,
    asked: Asked,
    stages: Sequence[Stage],
    owners: Sequence[Owner],
) -> tuple[DealWork, ...]:
    """A company's deals that partners work on."""
    if record.key.object is not ObjectKind.COMPANY:
        return ()
    found = []
    partnered = set(records.partnered_keys(connection, tenant.id, record.key.crm_id))
    for deal in records.deals_of(connection, tenant.id, record.key.crm_id, DEALS_SHOWN):
        if deal.key not in partnered:
            continue
        work = _partners(connection, tenant, deal, replace(asked, preview_url=_nowhere))
        if work:
            found.append(
                DealWork(
                    record=_readable(deal, stages, owners),
                    partners=work,
                    stage=_label(stages, deal.fields.get("stage")),
                    href=tenant.page_of(deal.key),
                )
            )
    return tuple(found)


def _rejected(connection: Connection, tenant_id: str, key: RecordKey) -> tuple[RejectedWrite, ...]:
    return tuple(
        RejectedWrite(
            outbox_id=row.id,
            what=WHAT[row.kind],
            reason=row.refusal,
            partner_id=row.partner_id or "",
            subject_id=row.subject_id,
        )
        for row in outbox.refused(connection, tenant_id, key)
    )


def _readable(record: Record, stages: Sequence[Stage], owners: Sequence[Owner]) -> Record:
    """The record with the stage's label and the owner's name instead of the CRM's ids."""
    fields = dict(record.fields)
    if fields.get("stage"):
        fields["stage"] = _label(stages, fields["stage"])
    if fields.get("owner"):
        fields["owner"] = next((owner.name for owner in owners if owner.id == fields["owner"]), None)
    return Record(key=record.key, fields=fields, company_id=record.company_id, read_at=record.read_at)


def _label(stages: Sequence[Stage], value: str | None) -> str:
    return next((stage.label for stage in stages if stage.value == value), value or "")


def _ids(record: Record) -> tuple[str | None, str | None]:
    if record.key.object is ObjectKind.DEAL:
        return record.key.crm_id, record.company_id
    return None, record.key.crm_id


def _files(
    connection: Connection,
    tenant_id: str,
    key: RecordKey,
    file_url: Callable[[str, int], str] | None,
) -> list[SharedFile]:
    """Each with how often it was downloaded, and the versions before today's. Most files have none, which asks the
    database nothing."""
    shared = files.on_record(connection, tenant_id, key)
    taken = downloads_of(connection, tenant_id, [file.id for file in shared])
    newer = {file.id: file.copy.version for file in shared if file.copy and file.copy.version > 1}
    versions = every_version(connection, tenant_id, list(newer))
    return [
        replace(
            file,
            downloads=sum(times for (file_id, _), times in taken.items() if file_id == file.id),
            earlier=tuple(
                EarlierCopy(
                    version=number,
                    size=size,
                    offered_at=at,
                    downloads=taken.get((file.id, number), 0),
                    url=file_url(file.id, number) if file_url else "",
                )
                for number, size, at in versions.get(file.id, ())
                if number < newer[file.id]
            ),
        )
        for file in shared
    ]
