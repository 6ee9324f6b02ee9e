"""The tables that share pages reach: what was published, who may open it, what partners answered. No live data."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from app.storage.schema import Json, Moment, metadata

face = Table(
    "face",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("vendor_name", String(200), nullable=False),
    Column("vendor_color", String(7), nullable=False),
)
"""How a tenant looks to its partners."""

registration_form = Table(
    "registration_form",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("partner_id", String(32), primary_key=True),
    Column("asks", Json, nullable=False),
)
"""What the programme asks of a partner's registrations: for its login-free form."""

live_policy = Table(
    "live_policy",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", Json, nullable=False),
)
"""Today's policy, which serving intersects every snapshot with."""

snapshot = Table(
    "snapshot",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("object", String(16), nullable=False),
    Column("crm_id", String(64), nullable=False),
    Column("partner_id", String(32), nullable=False),
    Column("partner_type", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Json, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("published_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "object", "crm_id", "partner_id", "version"),
)
"""Every snapshot ever published; the highest version of a room is the one served."""

share_link = Table(
    "share_link",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("purpose", String(8), nullable=False),  # room, or form: a login-free registration form
    Column("object", String(16), nullable=True),
    Column("crm_id", String(64), nullable=True),
    Column("partner_id", String(32), nullable=False),
    Column("contact_name", String(200), nullable=False),
    Column("contact_email", String(320), nullable=False),
    Column("rules", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(320), nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment, nullable=True),
    Column("withdrawn_at", Moment, nullable=True),  # the record is gone from the CRM, and may come back
    Column("views", Integer, nullable=False, default=0),
    Column("last_viewed_at", Moment, nullable=True),
    Index(None, "tenant_id", "object", "crm_id", "partner_id"),
)

viewer_code = Table(
    "viewer_code",
    metadata,
    Column("link_id", String(32), primary_key=True),
    Column("email", String(320), primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("sent_count", Integer, nullable=False),
)
"""The one-time code that is out for a mailbox on a link: at most one, hashed, with its tries counted."""

viewer_session = Table(
    "viewer_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("link_id", String(32), nullable=False, index=True),
    Column("email", String(320), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column(
        "last_visit_at", Moment, nullable=True
    ),  # the visit before this session, for "since your last visit"
    Column("passcode", String(128), nullable=False, server_default=""),  # the stored hash that was met
    Column("terms", String(64), nullable=False, server_default=""),  # the version that was accepted
)

view = Table(
    "view",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("link_id", String(32), nullable=False, index=True),
    Column("email", String(320), nullable=False),
    Column("at", Moment, nullable=False),
    Column("device", String(40), nullable=False),
    Column("address_hash", String(64), nullable=False),
)
"""One row per opening that passed the gate."""

link_terms = Table(
    "link_terms",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(320), nullable=False),
)
"""Terms that viewers accept before a room opens, every version ever written: its name is the hash of its text."""

acceptance = Table(
    "acceptance",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("link_id", String(32), nullable=False, index=True),
    Column("email", String(320), nullable=False),
    Column("terms", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
"""Who accepted which version of the terms, when, over which link: once for each opening."""

access_request = Table(
    "access_request",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("link_id", String(32), nullable=False),
    Column("email", String(320), nullable=False),
    Column("name", String(200), nullable=False),
    Column("note", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, granted, declined
    Column("decided_at", Moment, nullable=True),
    Column("decided_by", String(320), nullable=False, server_default=""),
    UniqueConstraint("link_id", "email"),
)
"""Who got a link that was not made for them and asked to be let in. The address is not proved before they are."""

exposure = Table(
    "exposure",
    metadata,
    Column("link_id", String(32), primary_key=True),
    Column("email", String(320), primary_key=True),
    Column("snapshot_id", String(32), primary_key=True),
    Column("policy_version", Integer, primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("partner_id", String(32), nullable=False, server_default=""),
    Column("object", String(16), nullable=False, server_default=""),
    Column("crm_id", String(64), nullable=False, server_default=""),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Index(None, "tenant_id", "first_at"),
    Index(None, "tenant_id", "partner_id", "first_at"),
    Index(None, "tenant_id", "email", "first_at"),
    Index(None, "tenant_id", "object", "crm_id", "first_at"),
)
"""Who was shown which snapshot under which policy; with both kept, every field value shown can be told."""

partner_inbox = Table(
    "partner_inbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("link_id", String(32), nullable=False, index=True),
    Column("partner_id", String(32), nullable=False),
    Column("object", String(16), nullable=True),
    Column("crm_id", String(64), nullable=True),
    Column("email", String(320), nullable=False),
    Column("name", String(200), nullable=False),
    Column("command", String(64), nullable=False),
    Column("fields", Json, nullable=False),
    Column("key", String(128), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, done, refused
    Column("reason", Text, nullable=False, default=""),
    Column("done_at", Moment, nullable=True),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    UniqueConstraint("link_id", "key"),
    Index(None, "tenant_id", "state", "id"),
    Index(None, "state", "due_at"),
)
"""What a partner did on a share page, until the agent has executed it as a command of that viewer."""

attempt = Table(
    "attempt",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("slice", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)
"""How often something that is limited was done, in slices of its time span; a row is worthless after `until`."""

pdf_copy = Table(
    "pdf_copy",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), nullable=False),
    Column("link_id", String(32), nullable=False, index=True),
    Column("email", String(320), nullable=False),
    Column("snapshot_id", String(32), nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("file_id", String(32), nullable=False, server_default=""),  # empty: the room itself as a PDF
    Column("file_version", Integer, nullable=False, server_default="0"),
    Index(None, "tenant_id", "file_id"),
)
"""Every PDF of a room and every shared file that left, by the hash of its bytes: a file that hashes to none of them
is not what we made."""

copy_key = Table(
    "copy_key",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("secret", String(64), nullable=False),
    Column("said", String(200), nullable=False),
    Column("root", String(64), nullable=False),
    Column("certificate", String(100), nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
)
"""What copies are signed with, for a day. It lies open, because the share pages hold no secret that could open it:
whoever reads it can sign for that day and no other."""

room_file = Table(
    "room_file",
    metadata,
    Column("tenant_id", String(32), primary_key=True),
    Column("file_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", Moment, nullable=False),
)
"""Shared files, drawn anew and without marks: each version that was ever offered. A snapshot names the one that its
room offers."""

tracing_key = Table(
    "tracing_key",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("secret", String(64), nullable=False),
)
"""What the hidden marks of this installation are made and read with. It opens nothing: who has it can read whose
mark it is, and forge marks. It stands here because the share pages hold no other secret."""

viewing = Table(
    "viewing",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("tenant_id", String(32), nullable=False, index=True),
    Column("link_id", String(32), nullable=False, index=True),
    Column("email", String(320), nullable=False),
    Column("session_hash", String(64), nullable=False),
    Column("minute", Moment, nullable=False),
    UniqueConstraint("session_hash", "minute"),
)
"""One row per session and minute in which a room was drawn. Its id, 64 random bits, is what the marks say."""
