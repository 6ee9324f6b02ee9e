"""What happened to records and people in the CRM, as far as later work has to know it."""

from sqlalchemy import Column, Index, String, Table

from app.storage.schema import Moment, metadata
from app.storage.tables.columns import tenant_id

merged_record = Table(
    "merged_record",
    metadata,
    tenant_id(),
    Column("object", String(16), primary_key=True),
    Column("crm_id", String(64), primary_key=True),
    Column("into_id", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
"""Records that were merged into another: late events, old links to them and a rebuild still find the survivor."""

person = Table(
    "person",
    metadata,
    tenant_id(),
    Column("email", String(320), primary_key=True),
    Column("crm_id", String(64), nullable=True),
    Column("looked_at", Moment, nullable=False),
    Index(None, "tenant_id", "crm_id"),
)
"""Who of the people we hold is which contact in the CRM: it tells of a person's erasure by the contact's id alone."""

erased_person = Table(
    "erased_person",
    metadata,
    tenant_id(),
    Column("email_hash", String(64), primary_key=True),
    Column("pseudonym", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
"""People who were erased, so that a rebuild from what the CRM still holds does not bring them back."""
