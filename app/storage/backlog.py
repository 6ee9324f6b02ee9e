"""How long work has been waiting: what an agent that runs would have taken long ago."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from app.storage import tables
from app.storage.published_tables import partner_inbox


def oldest_due(connection: Connection) -> datetime | None:
    """When the longest waiting row became due; None where nothing waits. A row that is leased or backs off is due
    later, so it does not count."""
    waiting = (
        select(func.min(tables.outbox.c.due_at)).where(tables.outbox.c.state == "waiting"),
        select(func.min(tables.dirty.c.due_at)),
        select(func.min(partner_inbox.c.due_at)).where(partner_inbox.c.state == "waiting"),
        select(func.min(tables.crm_event.c.received_at)).where(tables.crm_event.c.applied_at.is_(None)),
    )
    found: list[datetime] = [moment for each in waiting if (moment := connection.scalar(each)) is not None]
    return min(found, default=None)
