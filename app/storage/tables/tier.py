"""Which tier a partner has whose tier hangs on certifications. Nobody writes it: it follows from what was granted,
from the programme and the certifications, and is kept so that a change of it is noticed."""

from sqlalchemy import Column, Date, String, Table

from app.storage.schema import Json, metadata
from app.storage.tables.columns import tenant_id

tier_standing = Table(
    "tier_standing",
    metadata,
    tenant_id(),
    Column("partner_id", String(32), primary_key=True),
    Column("granted", String(200), nullable=False),
    Column("tier", String(200), nullable=False),
    Column("why", Json, nullable=False),
    Column("until", Date, nullable=True),
    Column("next_tier", String(200), nullable=False),
)
"""A partner without a row has the tier that it was granted, for good."""
