"""Partners' people and the CRM's contacts: who is who, and what people change there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

from sqlalchemy import Connection

from app.crm.port import CrmRecord
from app.domain.partner import PartnerContact
from app.domain.record import ObjectKind
from app.domain.tenant import Tenant
from app.storage import outbox, person
from app.storage import partner as partners
from app.storage.outbox import OutboxKind
from sync.deps import Agent

FIELDS = ("first_name", "last_name", "email", "title")

LOOK_AGAIN = timedelta(days=1)
"""After which an address that the CRM did not know is asked for once more."""

BATCH = 100
"""Addresses asked for in one round: one call."""


@runtime_checkable
class KnowsPeople(Protocol):
    """A CRM that says in one call who of many addresses is which contact."""

    def contacts_by_email(self, emails: Sequence[str]) -> dict[str, str]:
        """The contact's id by address, in small letters; addresses without a contact are absent."""


def look_up(agent: Agent, tenant: Tenant) -> int:
    """Asks the CRM who the people are that we do not know there yet; how many were asked for. Raises CrmError."""
    crm, now = agent.crm_of(tenant), agent.clock()
    if not isinstance(crm, KnowsPeople):
        return 0
    with agent.database.read() as connection:
        emails = person.unknown(connection, tenant.id, now - LOOK_AGAIN, BATCH)
    if not emails:
        return 0
    found = crm.contacts_by_email(emails)
    with agent.database.write() as connection:
        person.learn(connection, tenant.id, {email: found.get(email) for email in emails}, now)
        # What was written before we knew the contact stands on the firm alone, or on nothing.
        told = person.waiting(connection, tenant.id, found)
        for kind, subject_id, partner_id in told:
            outbox.add(connection, tenant.id, kind, subject_id, record=None, partner_id=partner_id, at=now)
    if told:
        agent.bell.ring("crm")
    return len(emails)


def follow(agent: Agent, tenant: Tenant, contact_ids: Sequence[str]) -> int:
    """Takes over the names and titles that partners' people have in the CRM now; how many had changed there. Raises
    CrmError."""
    if not contact_ids:
        return 0
    read = agent.crm_of(tenant).read(ObjectKind.CONTACT, contact_ids, FIELDS)
    with agent.database.write() as connection:
        return sum(_follow_one(agent, connection, tenant, found) for found in read.values())


def _follow_one(agent: Agent, connection: Connection, tenant: Tenant, found: CrmRecord) -> int:
    """The address stays: links were made for it, and only a new link is for another mailbox."""
    name = " ".join(filter(None, (found.fields.get("first_name"), found.fields.get("last_name"))))
    changed = 0
    for held in partners.contacts_in_crm(connection, tenant.id, found.id):
        now = PartnerContact(
            id=held.id,
            partner_id=held.partner_id,
            name=name[:200] or held.name,
            email=held.email,
            title=(found.fields.get("title") or "")[:200] or held.title,
            crm_contact_id=held.crm_contact_id,
        )
        if now == held:
            continue
        partners.change_contact(connection, tenant.id, now)
        outbox.add(
            connection,
            tenant.id,
            OutboxKind.PERSON,
            held.id,
            record=None,
            partner_id=held.partner_id,
            at=agent.clock(),
        )
        changed += 1
    return changed
