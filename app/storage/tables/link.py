"""What an admin decides about share links before they are made."""

from sqlalchemy import Column, String, Table

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import tenant_id

link_preset = Table(
    "link_preset",
    metadata,
    tenant_id(),
    Column("partner_type", String(32), primary_key=True),
    Column("body", Json, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(320), nullable=False),
)
"""The rules that new links for a type of partner begin with."""
