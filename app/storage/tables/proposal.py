"""Changes of a safelist that reach so far that a second admin has to agree."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import own_id, tenant_id

policy_proposal = Table(
    "policy_proposal",
    metadata,
    tenant_id(),
    own_id(),
    Column("base_version", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Column("author", String(320), nullable=False),
    Column("author_id", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String(12), nullable=False),  # waiting, approved or declined
    Column("decided_by", String(320), nullable=False, default=""),
    Column("decided_at", Moment, nullable=True),
    Column("note", Text, nullable=False, default=""),
    Index(None, "tenant_id", "state"),
)
