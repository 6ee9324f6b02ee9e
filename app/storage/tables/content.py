"""The content catalogue and how often it was opened. No CRM holds either: what fits a deal is found
anew each time."""

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import own_id, tenant_id

content_item = Table(
    "content_item",
    metadata,
    tenant_id(),
    own_id(),
    Column("version", Integer, primary_key=True),
    Column("title", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("product", String(200), nullable=False, default=""),
    Column("stage", String(200), nullable=False, default=""),
    Column("partner_types", Json, nullable=False),
    Column("author", String(320), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("retired", Boolean, nullable=False, default=False),
)
"""Every version there ever was: what somebody opened last year can still be named."""

content_use = Table(
    "content_use",
    metadata,
    tenant_id(),
    Column("item_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("side", String(12), primary_key=True),
    Column("opened", Integer, nullable=False),
)
"""How often each version was opened by each side. The audit log says who opened it."""
