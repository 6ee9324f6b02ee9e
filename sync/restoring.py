"""Turns what was read back from a CRM into rows of the working copy. Adds what is missing, changes nothing held."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.crm.port import (
    CertificationWrite,
    ConflictWrite,
    EvidenceFacts,
    MessageWrite,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    RegistrationWrite,
    StepWrite,
    Write,
)
from app.domain import matching
from app.domain.actor import Side
from app.domain.certification import Certification, Source
from app.domain.conflict import ConflictFlag, ConflictKind, ConflictState
from app.domain.link import SharedFile
from app.domain.partner import Partner, PartnerContact, PartnerType
from app.domain.plan import Evidence, OwnerRole, Step, StepStatus
from app.domain.record import ObjectKind, RecordKey
from app.domain.thread import Audience, Delivery, Message
from app.storage import certification as certifications
from app.storage import conflict as conflicts
from app.storage import file as files
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage import thread as messages
from sync.registering import from_write
from sync.steps import agreed_on


def restore(connection: Connection, tenant_id: str, items: Sequence[Write]) -> Counter[str]:
    """How many of each kind were missing here and are not any more."""
    found: Counter[str] = Counter()
    for kind, (name, keep) in _KEEPERS.items():
        mine = [item for item in items if isinstance(item, kind)]
        if mine:
            found[name] += keep(connection, tenant_id, mine)
    return found


def _key(write: MessageWrite | StepWrite | PlacementWrite) -> RecordKey:
    if write.deal_id:
        return RecordKey(ObjectKind.DEAL, write.deal_id)
    return RecordKey(ObjectKind.COMPANY, write.company_id or "")


def _side(partner: bool) -> Side:
    return Side.PARTNER if partner else Side.US


def _audience(team_only: bool) -> Audience:
    return Audience.TEAM if team_only else Audience.PARTNER


def _status(write: StepWrite) -> StepStatus:
    if write.dropped:
        return StepStatus.DROPPED
    return StepStatus.DONE if write.done else StepStatus.OPEN


def _evidence(facts: EvidenceFacts) -> Evidence:
    return Evidence(label=facts.label, url=facts.url, added_by=facts.added_by, added_at=facts.added_at)


def _messages(connection: Connection, tenant_id: str, writes: Sequence[MessageWrite]) -> int:
    found = [
        (
            _key(one),
            Message(
                id=one.external_id,
                partner_id=one.partner_external_id,
                author_name=one.author_name,
                author_email=one.author_email,
                side=_side(one.from_partner),
                audience=_audience(one.team_only),
                body=one.body,
                sent_at=one.sent_at,
                channel=one.channel,
                delivery=Delivery.IN_CRM,
            ),
        )
        for one in writes
    ]
    return messages.add_missing(connection, tenant_id, found)


def _steps(connection: Connection, tenant_id: str, writes: Sequence[StepWrite]) -> int:
    found = [
        (
            _key(one),
            Step(
                id=one.external_id,
                partner_id=one.partner_external_id,
                milestone=one.milestone,
                title=one.title,
                owner_side=_side(one.owner_is_partner),
                owner_name=one.owner_name,
                owner_email=one.owner_email,
                due=one.due,
                status=_status(one),
                audience=_audience(one.team_only),
                done_at=one.done_at,
                done_by=one.done_by,
                version=one.version,
                position=one.position,
                delivery=Delivery.IN_CRM,
                crm_id=one.crm_id,
                required=one.required,
                after=one.after,
                rule=one.rule,
                baseline=one.baseline,
                owner_role=OwnerRole(one.owner_role),
                key=one.key,
                template_id=one.template_id,
                template_version=one.template_version,
                plan_start=one.plan_start,
                evidence=tuple(_evidence(found) for found in one.evidence),
                proposal=one.proposal,
            ),
        )
        for one in writes
    ]
    held = steps.known(connection, tenant_id, [step.id for _, step in found])
    new = steps.add_missing(connection, tenant_id, found)
    owners = {owner.email.lower() for owner in tenants.owners(connection, tenant_id)}
    for one in writes:
        if one.external_id not in held:
            steps.set_agreed(connection, tenant_id, one.external_id, agreed_on(one, owners))
    return new


def _registrations(connection: Connection, tenant_id: str, writes: Sequence[RegistrationWrite]) -> int:
    found = [from_write(one) for one in writes]
    for one in found:
        emails = [one.contact_email] if one.contact_email else []
        keys = matching.keys(one.customer_name, one.customer_domain, emails)
        registrations.set_keys(connection, tenant_id, "registration", one.id, sorted(keys))
    return registrations.add_missing(connection, tenant_id, found)


def _conflicts(connection: Connection, tenant_id: str, writes: Sequence[ConflictWrite]) -> int:
    found = [
        ConflictFlag(
            id=one.external_id,
            kind=ConflictKind(one.kind),
            registration_id=one.registration_id,
            partner_id=one.partner_external_id,
            other_partner_id=one.other_partner_external_id,
            deal_id=one.deal_id,
            company_id=one.company_id,
            sentence=one.sentence,
            evidence=tuple(one.evidence.split("\n")) if one.evidence else (),
            rule=one.rule,
            probability=one.probability,
            found_at=one.found_at,
            state=ConflictState(one.state),
            resolution=one.resolution,
            resolved_by=one.resolved_by,
            resolved_at=one.resolved_at,
            winner=one.winner,
            rule_id=one.rule_id,
            standings=one.standings,
            positions=one.positions,
            deadline=one.deadline,
            escalated_at=one.escalated_at,
        )
        for one in writes
    ]
    return conflicts.add_missing(connection, tenant_id, found)


def _certifications(connection: Connection, tenant_id: str, writes: Sequence[CertificationWrite]) -> int:
    found = [
        Certification(
            id=one.external_id,
            partner_id=one.partner_external_id,
            name=one.name,
            level=one.level,
            person_name=one.person_name,
            person_email=one.person_email,
            issuer=one.issuer,
            issued=one.issued,
            expires=one.expires,
            credential=one.credential,
            evidence=one.evidence,
            source=Source(one.source),
            source_id=one.source_id,
            said_at=one.said_at,
            observed_at=one.observed_at,
            revoked_at=one.revoked_at,
            revoked_reason=one.revoked_reason,
            moved=one.moved,
            reminded=one.reminded,
        )
        for one in writes
    ]
    return certifications.add_missing(connection, tenant_id, found)


def _partners(connection: Connection, tenant_id: str, writes: Sequence[PartnerWrite]) -> int:
    found = [
        Partner(
            id=one.external_id,
            name=one.partner_name,
            type=PartnerType(one.type),
            tier=one.tier,
            domain=one.domain,
            crm_company_id=one.company_id,
            country=one.country,
        )
        for one in writes
    ]
    return partners.add_missing(connection, tenant_id, found)


def _people(connection: Connection, tenant_id: str, writes: Sequence[PersonWrite]) -> int:
    found = [
        PartnerContact(
            id=one.external_id,
            partner_id=one.partner_external_id,
            name=one.person_name,
            email=one.email,
            title=one.title,
            crm_contact_id=one.contact_id,
        )
        for one in writes
    ]
    return partners.add_missing_contacts(connection, tenant_id, found)


def _placements(connection: Connection, tenant_id: str, writes: Sequence[PlacementWrite]) -> int:
    """A place that has ended brings nobody back."""
    here = [one for one in writes if one.active]
    shared = [
        (
            _key(one),
            SharedFile(
                id=file.id,
                partner_id=one.partner_external_id,
                name=file.name,
                type=file.type,
                size=file.size,
                added_at=file.added_at,
                crm_id=file.crm_id,
            ),
        )
        for one in here
        for file in one.files
    ]
    files.add_missing(connection, tenant_id, shared)
    return partners.attach_missing(
        connection,
        tenant_id,
        [(_key(one), one.partner_external_id, one.attached_at, one.attached_by, one.seen_at) for one in here],
    )


_KEEPERS: Mapping[type[Write], tuple[str, Callable[[Connection, str, Sequence[Any]], int]]] = {
    PartnerWrite: ("partner", _partners),
    PersonWrite: ("person", _people),
    PlacementWrite: ("place", _placements),
    MessageWrite: ("message", _messages),
    StepWrite: ("step", _steps),
    RegistrationWrite: ("registration", _registrations),
    ConflictWrite: ("conflict", _conflicts),
    CertificationWrite: ("certification", _certifications),
}
