"""What the CRM is told of partners themselves: who they are, who works there, and which records they work on."""

from sqlalchemy import Connection

from app.crm.port import CertificationWrite, PartnerWrite, PersonWrite, PlacementWrite, SharedFileFacts
from app.domain.link import SharedFile
from app.domain.record import ObjectKind
from app.domain.tenant import Tenant
from app.storage import certification as certifications
from app.storage import file as files
from app.storage import partner as partners
from app.storage import record as records
from app.storage import tier as tiers
from app.storage.outbox import OutboxRow
from cards.words import local_day
from sync.deps import Agent


def partner(connection: Connection, tenant: Tenant, row: OutboxRow, _: Agent) -> PartnerWrite | None:
    found = partners.get(connection, tenant.id, row.subject_id)
    if found is None:
        return None
    held = tiers.standings(connection, tenant.id, [found.id]).get(found.id)
    return PartnerWrite(
        external_id=found.id,
        partner_name=found.name,
        type=str(found.type),
        type_label=found.type.label,
        tier=found.tier,
        domain=found.domain,
        company_id=found.crm_company_id,
        country=found.country,
        tier_in_force=held.tier if held else found.tier,
        tier_note=held.note if held else "",
    )


def person(connection: Connection, tenant: Tenant, row: OutboxRow, _: Agent) -> PersonWrite | None:
    contact = partners.contact(connection, tenant.id, row.subject_id)
    works_at = partners.get(connection, tenant.id, contact.partner_id) if contact else None
    if contact is None or works_at is None:
        return None
    return PersonWrite(
        external_id=contact.id,
        partner_name=works_at.name,
        partner_external_id=works_at.id,
        company_id=works_at.crm_company_id,
        contact_id=contact.crm_contact_id,
        person_name=contact.name,
        email=contact.email,
        title=contact.title,
    )


def certification(
    connection: Connection, tenant: Tenant, row: OutboxRow, agent: Agent
) -> CertificationWrite | None:
    it = certifications.get(connection, tenant.id, row.subject_id)
    works_at = partners.get(connection, tenant.id, it.partner_id) if it else None
    if it is None or works_at is None:
        return None
    contact = (
        partners.contact_by_email(connection, tenant.id, works_at.id, it.person_email)
        if it.person_email
        else None
    )
    former = partners.get(connection, tenant.id, it.former_partner_id) if it.former_partner_id else None
    return CertificationWrite(
        external_id=it.id,
        partner_name=works_at.name,
        partner_external_id=works_at.id,
        partner_company_id=works_at.crm_company_id,
        contact_id=contact.crm_contact_id if contact else None,
        person_name=it.person_name,
        name=it.name,
        level=it.level,
        issued=it.issued,
        expires=it.expires,
        person_email=it.person_email,
        issuer=it.issuer,
        credential=it.credential,
        status=str(it.standing(local_day(agent.clock(), tenant.time_zone))),
        evidence=it.evidence,
        source=str(it.source),
        source_id=it.source_id,
        said_at=it.said_at,
        observed_at=it.observed_at,
        revoked_at=it.revoked_at,
        revoked_reason=it.revoked_reason,
        moved=it.moved,
        reminded=it.reminded,
        former_company_id=former.crm_company_id if former else None,
    )


def placement(connection: Connection, tenant: Tenant, row: OutboxRow, agent: Agent) -> PlacementWrite | None:
    """The partner's place on a record as it is now; one that it has left is told as ended."""
    key, partner_id = row.record, row.partner_id or ""
    found = partners.get(connection, tenant.id, partner_id)
    if found is None or key is None:
        return None
    here = partners.attachment(connection, tenant.id, key, found.id)
    record = records.get(connection, tenant.id, key)
    on_deal = key.object is ObjectKind.DEAL
    shared = files.of_partner(connection, tenant.id, key, found.id)
    return PlacementWrite(
        external_id=row.subject_id,
        deal_id=key.crm_id if on_deal else None,
        company_id=(record.company_id if record else None) if on_deal else key.crm_id,
        partner_name=found.name,
        partner_external_id=found.id,
        active=here is not None,
        attached_at=here["attached_at"] if here else agent.clock(),
        attached_by=here["attached_by"] if here else "",
        seen_at=here["seen_at"] if here else None,
        files=tuple(_facts(file) for file in shared),
        everyone="; ".join(one.name for one, _ in partners.on_record(connection, tenant.id, key)),
    )


def _facts(file: SharedFile) -> SharedFileFacts:
    return SharedFileFacts(
        id=file.id,
        name=file.name,
        type=file.type,
        size=file.size,
        added_at=file.added_at,
        crm_id=file.crm_id,
    )
