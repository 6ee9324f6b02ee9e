"""What an admin decides about registrations and conflicts, version by version."""

from sqlalchemy import Column, Integer, String, Table, Text

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import tenant_id

programme = Table(
    "programme",
    metadata,
    tenant_id(),
    Column("version", Integer, primary_key=True),
    Column("body", Json, nullable=False),
    Column("author", String(320), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)
