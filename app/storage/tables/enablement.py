"""What certifications are asked for, and what issuers told us that belongs to no partner yet. No CRM holds these."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import own_id, tenant_id

unplaced_certification = Table(
    "unplaced_certification",
    metadata,
    tenant_id(),
    own_id(),
    Column("body", Json, nullable=False),  # the record as far as it is known
    Column("firm", String(200), nullable=False, default=""),
    Column("seen_at", Moment, nullable=False),
)
"""Awards to people whose partner we do not know, and revocations whose award has not arrived. Both wait here."""

certification_requirement = Table(
    "certification_requirement",
    metadata,
    tenant_id(),
    own_id(),
    Column("right", String(120), nullable=False),
    Column("credential", String(300), nullable=False),
    Column("level", String(60), nullable=False, default=""),
    Column("people", Integer, nullable=False),  # 0: the firm itself
)
"""Which right needs how many people certified for what, as the admin wrote it."""

credential_feed = Table(
    "credential_feed",
    metadata,
    tenant_id(),
    own_id(),
    Column("kind", String(16), nullable=False),
    Column("name", String(120), nullable=False),
    Column("sealed", Text, nullable=False),  # its secrets, or its access to the issuer
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=True),
    Column("trouble", String(300), nullable=False, default=""),
    Index(None, "id"),
)
"""Where certificates are heard of: a signed webhook, learning records, or an issuer that is asked."""

credential_hint = Table(
    "credential_hint",
    metadata,
    tenant_id(),
    Column("feed_id", String(32), primary_key=True),
    Column("subject", String(160), primary_key=True),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index(None, "due_at"),
)
"""Awards that an issuer should be asked about. Ten notifications of one award are one question."""
