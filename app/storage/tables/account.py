"""A connected account: its credential, its safelists, its people at the door, and what its CRM's metadata says."""

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, UniqueConstraint

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import tenant_id

tenant = Table(
    "tenant",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("crm", String(16), nullable=False),
    Column("account_id", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("instance_url", String(300), nullable=False, default=""),
    Column("username", String(320), nullable=False, default=""),
    Column("admin_emails", Json, nullable=False),
    Column("brand_color", String(7), nullable=False, default="#3b5bdb"),
    Column("ui_origin", String(300), nullable=False, default="", server_default=""),
    Column("time_zone", String(64), nullable=False, default="UTC", server_default="UTC"),
    Column("currency", String(3), nullable=False, default="USD", server_default="USD"),
    Column("country", String(12), nullable=False, default="", server_default=""),
    Column("connected", Boolean, nullable=False, default=True),
    Column("trouble", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("crm", "account_id"),
)

credential = Table(
    "credential",
    metadata,
    tenant_id(),
    Column("sealed", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
"""A tenant's OAuth tokens, sealed with the newest of SECRET_KEYS."""

owner = Table(
    "owner",
    metadata,
    tenant_id(),
    Column("crm_id", String(64), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(320), nullable=False),
)

stage = Table(
    "stage",
    metadata,
    tenant_id(),
    Column("value", String(120), primary_key=True),
    Column("label", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
)
"""The pipeline's stages in order; a closed one is not part of the track."""

field_info = Table(
    "field_info",
    metadata,
    tenant_id(),
    Column("object", String(16), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("api_name", String(200), nullable=False),
    Column("label", String(200), nullable=False),
    Column("type", String(60), nullable=False),
)
"""The fields of the CRM as its own metadata describes them."""

policy = Table(
    "policy",
    metadata,
    tenant_id(),
    Column("version", Integer, primary_key=True),
    Column("body", Json, nullable=False),
    Column("author", String(320), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

admin_session = Table(
    "admin_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("email", String(320), nullable=False),
    Column("name", String(200), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used", Boolean, nullable=False, default=False),
    Column("entry", Boolean, nullable=False),  # a one-time entry ticket, or a session
)

sighting = Table(
    "sighting",
    metadata,
    tenant_id(),
    Column("what", String(40), primary_key=True),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
)
"""What the CRM was seen to use of us, first and last: a card in one of its places, a webhook."""
