"""The working copy: what the CRM holds, as far as some policy or card names it, and what waits to go there."""

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, String, Table, Text, UniqueConstraint

from app.storage.schema import Json, Moment, metadata


def _tenant() -> Column[str]:
    return Column("tenant_id", String(32), primary_key=True)


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


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
    Column("connected", Boolean, nullable=False, default=True),
    Column("trouble", Text, nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("crm", "account_id"),
)

credential = Table(
    "credential",
    metadata,
    _tenant(),
    Column("sealed", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
"""A tenant's OAuth tokens, sealed with the newest of SECRET_KEYS."""

record = Table(
    "record",
    metadata,
    _tenant(),
    Column("object", String(16), primary_key=True),
    Column("crm_id", String(64), primary_key=True),
    Column("name", String(400), nullable=False),
    Column("company_id", String(64), nullable=True),
    Column("fields", Json, nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("modified_at", Moment, nullable=False),
    Column("archived", Boolean, nullable=False, default=False),
    Index(None, "tenant_id", "company_id"),
)

owner = Table(
    "owner",
    metadata,
    _tenant(),
    Column("crm_id", String(64), primary_key=True),
    Column("user_id", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(320), nullable=False),
)

stage = Table(
    "stage",
    metadata,
    _tenant(),
    Column("value", String(120), primary_key=True),
    Column("label", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
)
"""The pipeline's stages in order; a closed one is not part of the track."""

field_info = Table(
    "field_info",
    metadata,
    _tenant(),
    Column("object", String(16), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("api_name", String(200), nullable=False),
    Column("label", String(200), nullable=False),
    Column("type", String(60), nullable=False),
)
"""The fields of the CRM as its own metadata describes them."""

match_key = Table(
    "match_key",
    metadata,
    _tenant(),
    Column("key", String(300), primary_key=True),
    Column("source", String(16), primary_key=True),  # company, registration or partner
    Column("source_id", String(64), primary_key=True),
)
"""Normalised domains and names, written when a company or registration is, so that a look-up stays cheap."""

partner = Table(
    "partner",
    metadata,
    _tenant(),
    _id(),
    Column("name", String(200), nullable=False),
    Column("type", String(32), nullable=False),
    Column("tier", String(60), nullable=False, default=""),
    Column("domain", String(253), nullable=False, default=""),
    Column("crm_company_id", String(64), nullable=True),
    UniqueConstraint("tenant_id", "name"),
)

partner_contact = Table(
    "partner_contact",
    metadata,
    _tenant(),
    _id(),
    Column("partner_id", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(320), nullable=False),
    Column("title", String(200), nullable=False, default=""),
    Column("crm_contact_id", String(64), nullable=True),
    UniqueConstraint("tenant_id", "partner_id", "email"),
)

attachment = Table(
    "attachment",
    metadata,
    _tenant(),
    Column("object", String(16), primary_key=True),
    Column("crm_id", String(64), primary_key=True),
    Column("partner_id", String(32), primary_key=True),
    Column("attached_at", Moment, nullable=False),
    Column("attached_by", String(320), nullable=False),
    Column("seen_at", Moment, nullable=True),  # when a seller last read the thread
    Index(None, "tenant_id", "partner_id"),
)
"""Which partners work on which record."""

message = Table(
    "message",
    metadata,
    _tenant(),
    _id(),
    Column("object", String(16), nullable=False),
    Column("crm_id", String(64), nullable=False),
    Column("partner_id", String(32), nullable=False),
    Column("author_name", String(200), nullable=False),
    Column("author_email", String(320), nullable=False),
    Column("side", String(8), nullable=False),
    Column("audience", String(8), nullable=False),
    Column("body", Text, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("delivery", String(8), nullable=False),
    Column("refusal", Text, nullable=False, default=""),
    Index(None, "tenant_id", "object", "crm_id", "partner_id", "id"),
)

step = Table(
    "step",
    metadata,
    _tenant(),
    _id(),
    Column("object", String(16), nullable=False),
    Column("crm_id", String(64), nullable=False),
    Column("partner_id", String(32), nullable=False),
    Column("milestone", String(200), nullable=False),
    Column("title", String(200), nullable=False),
    Column("owner_side", String(8), nullable=False),
    Column("owner_name", String(200), nullable=False, default=""),
    Column("owner_email", String(320), nullable=False, default=""),
    Column("due", Date, nullable=True),
    Column("status", String(8), nullable=False),
    Column("audience", String(8), nullable=False),
    Column("done_at", Moment, nullable=True),
    Column("done_by", String(320), nullable=False, default=""),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("delivery", String(8), nullable=False),
    Column("refusal", Text, nullable=False, default=""),
    Column("crm_task_id", String(64), nullable=True),
    Column("agreed", Json, nullable=True),  # what the CRM was last known to hold, by place
    Index(None, "tenant_id", "object", "crm_id", "partner_id", "position"),
)

registration = Table(
    "registration",
    metadata,
    _tenant(),
    _id(),
    Column("partner_id", String(32), nullable=False),
    Column("customer_name", String(200), nullable=False),
    Column("customer_domain", String(253), nullable=False, default=""),
    Column("received_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("deal_id", String(64), nullable=True),
    Column("company_id", String(64), nullable=True),
    Column("contact_name", String(200), nullable=False, default=""),
    Column("contact_email", String(320), nullable=False, default=""),
    Column("amount", String(40), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("decided_at", Moment, nullable=True),
    Column("decided_by", String(320), nullable=False, default=""),
    Column("decision_reason", Text, nullable=False, default=""),
    Column("protected_from", Moment, nullable=True),
    Column("protected_until", Moment, nullable=True),
    Column("extensions", Integer, nullable=False, default=0),
    Index(None, "tenant_id", "deal_id"),
    Index(None, "tenant_id", "company_id"),
    Index(None, "tenant_id", "partner_id"),
)

conflict = Table(
    "conflict",
    metadata,
    _tenant(),
    _id(),
    Column("kind", String(24), nullable=False),
    Column("registration_id", String(32), nullable=False),
    Column("partner_id", String(32), nullable=False),
    Column("other_partner_id", String(32), nullable=True),
    Column("deal_id", String(64), nullable=True),
    Column("company_id", String(64), nullable=True),
    Column("sentence", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("rule", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("resolution", Text, nullable=False, default=""),
    Column("resolved_by", String(320), nullable=False, default=""),
    Column("resolved_at", Moment, nullable=True),
    Index(None, "tenant_id", "company_id"),
    Index(None, "tenant_id", "deal_id"),
)

certification = Table(
    "certification",
    metadata,
    _tenant(),
    _id(),
    Column("partner_id", String(32), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("level", String(60), nullable=False, default=""),
    Column("person_name", String(200), nullable=False, default=""),
    Column("person_email", String(320), nullable=False, default=""),
    Column("issuer", String(200), nullable=False, default=""),
    Column("issued", Date, nullable=True),
    Column("expires", Date, nullable=True),
)

shared_file = Table(
    "shared_file",
    metadata,
    _tenant(),
    _id(),
    Column("object", String(16), nullable=False),
    Column("crm_id", String(64), nullable=False),
    Column("partner_id", String(32), nullable=False),
    Column("name", String(400), nullable=False),
    Column("type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("crm_file_id", String(64), nullable=True),
    Index(None, "tenant_id", "object", "crm_id", "partner_id"),
)

policy = Table(
    "policy",
    metadata,
    _tenant(),
    Column("version", Integer, primary_key=True),
    Column("body", Json, nullable=False),
    Column("author", String(320), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    _tenant(),
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
    Index(None, "tenant_id", "object", "crm_id"),
)
"""What was done, by whom, each row chained to the one before by its hash."""

done_command = Table(
    "done_command",
    metadata,
    _tenant(),
    Column("key", String(128), primary_key=True),
    Column("command", String(64), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("result", Json, nullable=False),
    Column("at", Moment, nullable=False),
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
)
"""What the CRM has yet to be told. `due_at` is both the backoff and the lease: a claim moves it forward."""

crm_event = Table(
    "crm_event",
    metadata,
    _tenant(),
    Column("key", String(200), primary_key=True),
    Column("body", Json, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("applied_at", Moment, nullable=True, index=True),
)
"""Webhook events as they came, once each."""

dirty = Table(
    "dirty",
    metadata,
    _tenant(),
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
    _tenant(),
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
    _tenant(),
    Column("what", String(40), primary_key=True),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
)
"""What the CRM was seen to use of us, first and last: a card in one of its places, a webhook."""
