"""The working copy: CRM records as far as somebody is shown them, and the partner work on them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from app.storage.schema import Json, Moment, metadata
from app.storage.tables.columns import own_id, tenant_id

record = Table(
    "record",
    metadata,
    tenant_id(),
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

match_key = Table(
    "match_key",
    metadata,
    tenant_id(),
    Column("key", String(300), primary_key=True),
    Column("source", String(16), primary_key=True),  # company, registration or partner
    Column("source_id", String(64), primary_key=True),
    # All columns: SQLite prefers an index that it need not look behind, here the key's, a whole tenant's.
    Index(None, "tenant_id", "source", "source_id", "key"),
)
"""Normalised domains and names, written when a company or registration is, so that a look-up stays cheap."""

partner = Table(
    "partner",
    metadata,
    tenant_id(),
    own_id(),
    Column("name", String(200), nullable=False),
    Column("type", String(32), nullable=False),
    Column("tier", String(60), nullable=False, default=""),
    Column("domain", String(253), nullable=False, default=""),
    Column("crm_company_id", String(64), nullable=True),
    Column("country", String(12), nullable=False, default="", server_default=""),
    UniqueConstraint("tenant_id", "name"),
)

partner_contact = Table(
    "partner_contact",
    metadata,
    tenant_id(),
    own_id(),
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
    tenant_id(),
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
    tenant_id(),
    own_id(),
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
    tenant_id(),
    own_id(),
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
    Column("required", Boolean, nullable=False, default=True, server_default=true()),
    Column("after", Json, nullable=True),  # the steps it waits for
    Column("due_rule", String(300), nullable=False, default="", server_default=""),
    Column("baseline", Date, nullable=True),
    Column("owner_role", String(16), nullable=False, default="person", server_default="person"),
    Column("template_key", String(64), nullable=False, default="", server_default=""),
    Column("template_id", String(32), nullable=False, default="", server_default=""),
    Column("template_version", Integer, nullable=False, default=0, server_default="0"),
    Column("plan_start", Date, nullable=True),
    Column("evidence", Json, nullable=True),
    Column("proposal", Json, nullable=True),  # another date that the partner asks for
    Index(None, "tenant_id", "object", "crm_id", "partner_id", "position"),
    Index(None, "tenant_id", "status", "due"),
)

registration = Table(
    "registration",
    metadata,
    tenant_id(),
    own_id(),
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
    Column("region", String(80), nullable=False, default="", server_default=""),
    Column("product", String(200), nullable=False, default="", server_default=""),
    Column("motion", String(16), nullable=False, default="new", server_default="new"),
    Column("due_at", Moment, nullable=True),
    Column("escalated_at", Moment, nullable=True),
    Column(
        "reminded", Integer, nullable=False, default=0, server_default="0"
    ),  # days before the end, told last
    Column("attribution", String(16), nullable=True),
    Column("share", Integer, nullable=True),
    Column("incumbent", String(200), nullable=False, default="", server_default=""),
    Column("paused_since", Moment, nullable=True),  # what its story says, for questions to the database
    Column("waiting_since", Moment, nullable=True),
    Column("idle_days", Integer, nullable=False, default=0, server_default="0"),
    Column("remind_at", Moment, nullable=True, index=True),
    Column("story", Json, nullable=True),  # terms, approvals, pauses, waits, a request, history
    Index(None, "tenant_id", "deal_id"),
    Index(None, "tenant_id", "company_id"),
    Index(None, "tenant_id", "partner_id"),
    Index(None, "tenant_id", "received_at"),
    Index(None, "state", "protected_until"),
    Index(None, "state", "due_at"),
    Index(None, "state", "idle_days"),
)

conflict = Table(
    "conflict",
    metadata,
    tenant_id(),
    own_id(),
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
    Column(
        "winner", String(16), nullable=False, default="", server_default=""
    ),  # by the rules: uphold, dismiss
    Column("rule_id", String(24), nullable=False, default="", server_default=""),
    Column("deadline", Moment, nullable=True),  # of a dispute
    Column("escalated_at", Moment, nullable=True),
    Column("story", Json, nullable=True),  # standings and positions
    Index(None, "tenant_id", "registration_id"),
    Index(None, "tenant_id", "company_id"),
    Index(None, "tenant_id", "deal_id"),
    Index(None, "state", "deadline"),
)

certification = Table(
    "certification",
    metadata,
    tenant_id(),
    own_id(),
    Column("partner_id", String(32), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("level", String(60), nullable=False, default=""),
    Column("person_name", String(200), nullable=False, default=""),
    Column("person_email", String(320), nullable=False, default=""),
    Column("issuer", String(200), nullable=False, default=""),
    Column("issued", Date, nullable=True),
    Column("expires", Date, nullable=True),
    Column("credential", String(300), nullable=False, default=""),
    Column("evidence", String(1000), nullable=False, default=""),
    Column("source", String(16), nullable=False, default="manual"),
    Column("source_id", String(300), nullable=False, default=""),
    Column("said_at", Moment, nullable=True),  # the issuer's time of its newest award
    Column("observed_at", Moment, nullable=True),
    Column("revoked_at", Moment, nullable=True),  # the issuer's time of its newest revocation
    Column("revoked_reason", String(500), nullable=False, default=""),
    Column("moved", Boolean, nullable=False, default=False),
    Column("former_partner_id", String(32), nullable=False, default=""),
    Column("reminded", Integer, nullable=True),
    Index(None, "tenant_id", "person_email"),
    Index(None, "expires"),
)

shared_file = Table(
    "shared_file",
    metadata,
    tenant_id(),
    own_id(),
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
