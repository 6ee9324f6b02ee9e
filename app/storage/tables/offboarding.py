"""Firms and people whose access was ended, and what ended with it."""

from sqlalchemy import Column, Index, String, Table, Text

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import own_id, tenant_id

offboarding = Table(
    "offboarding",
    metadata,
    tenant_id(),
    own_id(),
    Column("partner_id", String(32), nullable=False, server_default=""),  # empty where a person was named
    Column("email", String(320), nullable=False, server_default=""),  # empty where a whole firm was
    Column("at", Moment, nullable=False),
    Column("by", String(320), nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("lifted_at", Moment, nullable=True),
    Index(None, "tenant_id", "partner_id"),
    Index(None, "tenant_id", "email"),
)
"""One row for each time. As long as it is not lifted, nobody lets that firm or person in again."""
