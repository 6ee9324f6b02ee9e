"""What was done to each plan as a whole last, as far as it may be taken back. No CRM has a place for it."""

from sqlalchemy import Column, String, Table

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import tenant_id

plan_undo = Table(
    "plan_undo",
    metadata,
    tenant_id(),
    Column("object", String(16), primary_key=True),
    Column("crm_id", String(64), primary_key=True),
    Column("partner_id", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("body", Json, nullable=False),
)
