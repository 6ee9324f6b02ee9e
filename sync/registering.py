"""A registration on its way to the CRM and back. What both sides call by one name travels as it is."""

from dataclasses import fields

from sqlalchemy import Connection

from app.crm.port import RegistrationWrite
from app.domain.registration import Registration, RegistrationState
from app.domain.tenant import Tenant
from app.storage import partner as partners
from app.storage import registration as registrations
from app.storage.outbox import OutboxRow
from sync.deps import Agent

SHARED = tuple(
    sorted(
        ({one.name for one in fields(Registration)} & {one.name for one in fields(RegistrationWrite)})
        - {"state"}
    )
)


def to_write(connection: Connection, tenant: Tenant, row: OutboxRow, _: Agent) -> RegistrationWrite | None:
    """What the CRM is to hold of it; None where it is gone."""
    it = registrations.get(connection, tenant.id, row.subject_id)
    partner = partners.get(connection, tenant.id, row.partner_id) if row.partner_id else None
    if it is None or partner is None:
        return None
    return RegistrationWrite(
        external_id=it.id,
        partner_name=partner.name,
        partner_external_id=partner.id,
        state=str(it.state),
        **{name: getattr(it, name) for name in SHARED},
    )


def from_write(write: RegistrationWrite) -> Registration:
    """The registration as it was when it was written last."""
    return Registration(
        id=write.external_id,
        partner_id=write.partner_external_id,
        state=RegistrationState(write.state),
        **{name: getattr(write, name) for name in SHARED},
    )
