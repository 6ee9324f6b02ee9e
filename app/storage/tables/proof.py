"""What lets others check what we say: the keys a tenant signs with, and the signed checkpoints of its audit log."""

from sqlalchemy import Column, Integer, String, Table, Text

from app.storage.schema import Moment, metadata
from app.storage.tables.columns import tenant_id

signing_key = Table(
    "signing_key",
    metadata,
    tenant_id(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", String(16), nullable=False),
    Column("public", String(64), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""The newest signs; older ones stay, so that what they signed can be checked."""

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    tenant_id(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", String(100), nullable=False),
)
"""Up to which row the audit log stood at a time, signed, each chained to the one before."""
