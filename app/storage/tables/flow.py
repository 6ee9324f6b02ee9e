"""What moves: the audit log, answered commands, and the rows that are the agent's work."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import tenant_id

audit = Table(
    "audit",
    metadata,
    tenant_id(),
    Column("sequence", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("actor_name", String(320), nullable=False),
    Column("command", String(64), nullable=False),
    Column("object", String(16), nullable=True),
    Column("crm_id", String(64), nullable=True),
    Column("detail", Json, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("erased_by", Integer, nullable=True),  # the later row that made this one anonymous
    Index(None, "tenant_id", "object", "crm_id"),
)
"""What was done, by whom, each row chained to the one before by its hash."""

done_command = Table(
    "done_command",
    metadata,
    tenant_id(),
    Column("key", String(128), primary_key=True),
    Column("command", String(64), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("result", Json, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)
"""First results by idempotency key: a repeat gets the first answer."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("lane", String(120), nullable=False),  # rows of one lane leave in order: one lane per record
    Column("kind", String(24), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("partner_id", String(32), nullable=True),
    Column("object", String(16), nullable=True),
    Column("crm_id", String(64), nullable=True),
    Column("state", String(12), nullable=False),  # waiting or refused; a row that is done is deleted
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", String(32), nullable=False, default=""),
    Column("refusal", Text, nullable=False, default=""),
    Index(None, "tenant_id", "state", "due_at"),
    Index(None, "tenant_id", "lane", "id"),
    Index(None, "tenant_id", "kind", "subject_id"),
    Index(None, "tenant_id", "crm_id", "state"),
)
"""What the CRM has yet to be told. `due_at` is both the backoff and the lease: a claim moves it forward."""

crm_event = Table(
    "crm_event",
    metadata,
    tenant_id(),
    Column("key", String(200), primary_key=True),
    Column("body", Json, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("applied_at", Moment, nullable=True, index=True),
)
"""Webhook events as they came, once each."""

dirty = Table(
    "dirty",
    metadata,
    tenant_id(),
    Column("purpose", String(8), primary_key=True),  # read: from the CRM again; publish: its rooms anew
    Column("object", String(16), primary_key=True),
    Column("crm_id", String(64), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("fence", String(32), nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Index(None, "purpose", "due_at"),
)
"""Records that wait for work, one row each however often they change."""

cursor = Table(
    "cursor",
    metadata,
    tenant_id(),
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
    Column("moved_at", Moment, nullable=False),
)

nonce = Table(
    "nonce",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("until", Moment, nullable=False, index=True),
)
"""Signed requests that were used: none is accepted twice."""

slot = Table(
    "slot",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("slot", String(40), primary_key=True),
    Column("taken_at", Moment, nullable=False),
)
"""Schedule ticks that ran: two schedulers never double anything."""
