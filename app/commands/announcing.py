"""What Alongside itself says in a thread, for both sides or for the team alone."""

from sqlalchemy import Connection

from app.commands.context import Context
from app.domain.actor import Side
from app.domain.record import ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.domain.thread import Audience, Message
from app.ground.ids import new_id
from app.storage import partner as partners
from app.storage import record as records
from app.storage import registration as registrations
from app.storage import tenant as tenants
from app.storage import thread as messages
from app.storage.outbox import OutboxKind


def announce(context: Context, key: RecordKey, partner_id: str, audience: Audience, body: str) -> None:
    """The thread with the partner on the record says it, here and in the CRM."""
    message = Message(
        id=new_id(),
        partner_id=partner_id,
        author_name="Alongside",
        author_email="",
        side=Side.US,
        audience=audience,
        body=body,
        sent_at=context.now,
        channel=registrations.PROGRAMME,
    )
    messages.add(context.connection, context.tenant.id, key, message)
    context.tell_crm(OutboxKind.MESSAGE, message.id, partner_id, record=key)
    context.publish(key)


def newest_open_deal(connection: Connection, tenant: Tenant, partner_id: str) -> RecordKey | None:
    """The open deal that the partner was brought to last: one place hears of what concerns the firm, not each."""
    closed = {stage.value for stage in tenants.stages(connection, tenant.id) if stage.closed}
    for key in partners.newest_records_of(connection, tenant.id, partner_id):
        record = records.get(connection, tenant.id, key)
        if key.object is ObjectKind.DEAL and record and record.fields.get("stage") not in closed:
            return key
    return None
