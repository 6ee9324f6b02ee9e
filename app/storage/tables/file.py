"""What the agent knows of each shared file's bytes in the CRM."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from app.storage.schema import Moment, metadata
from app.storage.tables.columns import tenant_id

file_fetch = Table(
    "file_fetch",
    metadata,
    tenant_id(),
    Column("file_id", String(32), primary_key=True),
    Column("crm_file_id", String(64), nullable=False),
    Column("state", String(8), nullable=False),  # waiting, ready, refused, gone
    Column("reason", Text, nullable=False),
    Column("read_at", Moment, nullable=True),  # the CRM's time of the version that was read last
    Column("version", Integer, nullable=False),  # of the copy that partners get; 0 before the first
    Column("digest", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("copy_size", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", String(32), nullable=False),
    Index(None, "due_at"),
)
"""One row for each file that is shared: when to ask the CRM for it next, and which copy of it is handed out."""
