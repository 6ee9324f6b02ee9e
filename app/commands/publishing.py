"""Composing and publishing a record's rooms: one snapshot for each partner who can open one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from app.crm.port import Stage
from app.disclosure.policy import Policy
from app.disclosure.snapshot import Content, Source, compose
from app.domain.certification import current
from app.domain.content import ContentItem, fitting
from app.domain.partner import Partner
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.registration import Registration, most_telling
from app.domain.tenant import Tenant
from app.domain.thread import Audience
from app.domain.tier import TierStanding
from app.storage import certification as certifications
from app.storage import content as contents
from app.storage import file as files
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import policy as policies
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage import thread as messages
from app.storage import tier as tiers
from app.storage.published.links import ROOM, links_of
from app.storage.published.rooms import publish_snapshot

CONTENT_PUBLISHED = 50
"""More than a page names: a safelist that hides the stage takes some of them out."""

MESSAGES_PUBLISHED = 200
"""The newest messages a room shows; the whole thread stays in the CRM."""


def rooms_of(
    connection: Connection, tenant: Tenant, key: RecordKey, now: datetime, partner_id: str = ""
) -> list[Partner]:
    """Whose rooms of the record are published: every partner's there with a link that can still be opened, or the one
    that is named."""
    open_to = {
        link.partner_id
        for link in links_of(connection, tenant.id, record=key, partner_id=partner_id or None)
        if link.purpose == ROOM and link.ended_at is None and link.expires_at > now
    }
    if not open_to or records.get(connection, tenant.id, key) is None:
        return []
    return [partner for partner, _ in partners.on_record(connection, tenant.id, key) if partner.id in open_to]


def publish_room(
    connection: Connection, tenant: Tenant, key: RecordKey, partner: Partner, policy: Policy, now: datetime
) -> bool:
    """Whether a new snapshot was written: none for a partner whose view has not changed."""
    content = compose_room(connection, tenant, key, partner, policy, now)
    return (
        publish_snapshot(connection, tenant.id, key, partner.id, partner.type, content, policy.version, now)
        is not None
    )


def publish_at_once(
    connection: Connection, tenant: Tenant, key: RecordKey, partner_id: str, now: datetime
) -> None:
    """The partner's room says what there is now. Nobody else's moves with it: when a page changes would tell one
    partner of what is done for another."""
    policy = policies.current(connection, tenant.id)
    for partner in rooms_of(connection, tenant, key, now, partner_id):
        publish_room(connection, tenant, key, partner, policy, now)


def compose_room(
    connection: Connection, tenant: Tenant, key: RecordKey, partner: Partner, policy: Policy, now: datetime
) -> Content:
    """What this partner may see of the record under `policy`: the same content for publishing and for preview."""
    record = records.get(connection, tenant.id, key)
    if record is None:
        raise LookupError(str(key))
    deal, company = deal_and_company(connection, tenant.id, record)
    stages = tenants.stages(connection, tenant.id)
    owners = {owner.id: owner.name for owner in tenants.owners(connection, tenant.id)}
    labels = {
        (str(kind), info.canonical): info.label
        for kind in (ObjectKind.DEAL, ObjectKind.COMPANY)
        for info in tenants.fields(connection, tenant.id, kind)
        if info.canonical.startswith("crm:")
    }
    thread, _ = messages.page(
        connection, tenant.id, key, partner.id, audience=Audience.PARTNER, limit=MESSAGES_PUBLISHED
    )
    return compose(
        Source(
            deal=_with_owner_name(_with_stage_label(deal, stages), owners),
            company=_with_owner_name(company, owners),
            partner_type=partner.type,
            stages=stage_track(stages, (deal.fields.get("stage") or "") if deal else ""),
            steps=steps.of_partner(connection, tenant.id, key, partner.id),
            messages=thread,
            registration=_registration_of(connection, tenant.id, record, partner.id, now),
            files=files.of_partner(connection, tenant.id, key, partner.id),
            vendor_name=tenant.name,
            vendor_color=tenant.brand_color,
            labels=labels,
            scope=policy.scope(partner.id, deal, company),
            content=_content(connection, tenant.id, deal, partner),
            standing=_tier(connection, tenant.id, partner),
            certifications=current(certifications.of_partners(connection, tenant.id, [partner.id])),
        ),
        policy,
    )


def _tier(connection: Connection, tenant_id: str, partner: Partner) -> TierStanding | None:
    """As it was settled last; a partner without a tier asks the database nothing."""
    if not partner.tier:
        return None
    held = tiers.standings(connection, tenant_id, [partner.id])
    return held.get(partner.id, TierStanding.as_granted(partner.tier))


def _content(
    connection: Connection, tenant_id: str, deal: Record | None, partner: Partner
) -> Sequence[ContentItem]:
    """What the catalogue has for this partner at the deal's stage."""
    fields = deal.fields if deal else {}
    found = contents.catalogue(connection, tenant_id)
    return fitting(found, partner.type, fields.get("stage") or "", fields.get("product") or "")[
        :CONTENT_PUBLISHED
    ]


def stage_track(stages: Sequence[Stage], value: str) -> list[tuple[str, str]]:
    """The pipeline as a track: (label, done|current|ahead). A closed deal ends it with the stage it closed in; a
    stage the pipeline does not know has no track."""
    known = [stage.value for stage in stages]
    if value not in known:
        return []
    at = known.index(value)
    track = [(n, stage) for n, stage in enumerate(stages) if not stage.closed or n == at]
    return [
        (stage.label, "current" if n == at else "done" if n < at or stages[at].closed else "ahead")
        for n, stage in track
    ]


def _with_stage_label(deal: Record | None, stages: Sequence[Stage]) -> Record | None:
    """HubSpot's stage field holds an id; people are shown the pipeline's label."""
    if deal is None or not deal.fields.get("stage"):
        return deal
    label = next((s.label for s in stages if s.value == deal.fields["stage"]), deal.fields["stage"])
    return Record(
        key=deal.key, fields={**deal.fields, "stage": label}, company_id=deal.company_id, read_at=deal.read_at
    )


def _with_owner_name(record: Record | None, owners: Mapping[str, str]) -> Record | None:
    """A CRM's owner field holds an id, which is nobody's business; a user it does not name is left out."""
    if record is None or not record.fields.get("owner"):
        return record
    return replace(record, fields={**record.fields, "owner": owners.get(record.fields["owner"] or "")})


def deal_and_company(
    connection: Connection, tenant_id: str, record: Record | None
) -> tuple[Record | None, Record | None]:
    """What a room on this record is about: a deal and its customer, or a customer alone."""
    if record is None:
        return None, None
    if record.key.object is ObjectKind.COMPANY:
        return None, record
    company = (
        records.get(connection, tenant_id, RecordKey(ObjectKind.COMPANY, record.company_id))
        if record.company_id
        else None
    )
    return record, company


def _registration_of(
    connection: Connection, tenant_id: str, record: Record, partner_id: str, now: datetime
) -> Registration | None:
    """The partner's registration that matters most now: the protecting one, else the newest."""
    deal_id = record.key.crm_id if record.key.object is ObjectKind.DEAL else None
    company_id = record.company_id if deal_id else record.key.crm_id
    mine = [
        r
        for r in registrations.on_record(connection, tenant_id, deal_id=deal_id, company_id=company_id)
        if r.partner_id == partner_id
    ]
    return most_telling(mine, now)
