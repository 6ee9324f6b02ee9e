"""Templates that plans start from: every version there ever was, since running plans keep theirs."""

from sqlalchemy import Column, Integer, String, Table

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import own_id, tenant_id

plan_template = Table(
    "plan_template",
    metadata,
    tenant_id(),
    own_id(),
    Column("version", Integer, primary_key=True),
    Column(
        "revision", Integer, nullable=False
    ),  # rises with each edit of a draft: an editor names the one it saw
    Column("state", String(12), nullable=False),
    Column("body", Json, nullable=False),
    Column("author", String(320), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("published_at", Moment, nullable=True),
)
